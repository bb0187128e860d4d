#include "base/ids.hpp"

#include <type_traits>
#include <unordered_map>

#include <doctest/doctest.h>

namespace ids_test {

TEST_CASE("ids compare and hash by their number") {
    CHECK(base::CreatedIndex{1} < base::CreatedIndex{2});
    CHECK(base::GroupId{7} == base::GroupId{7});
    std::unordered_map<base::PartId, int> map;
    map[{3}] = 1;
    map[{3}] = 2;
    map[{4}] = 3;
    CHECK(map.size() == 2);
    CHECK(map[base::PartId{3}] == 2);
}

TEST_CASE("a 63-bit group id of xpay keeps every bit") {
    CHECK(base::GroupId{8912158845556297834ULL}.value == 8912158845556297834ULL);
}

TEST_CASE("an id of one kind does not convert to another kind") {
    static_assert(!std::is_convertible_v<base::GroupId, base::PartId>);
    static_assert(!std::is_convertible_v<base::CreatedIndex, base::UpdatedIndex>);
    CHECK(base::CreatedIndex{}.value == 0);
}

} // namespace ids_test

// The reply of `listpays`.
#include "cln/replies.hpp"
#include "facts_in_json.hpp"

namespace listpays_target {

FUZZ_TARGET(listpays) {
    const auto result = fuzz::json_of(data, size);
    if (!result)
        return 0;
    const auto pays = cln::decode_listpays(fuzz::Nodes(*result));
    if (!pays) {
        fuzz::check_refusal(pays.error());
        return 0;
    }
    const auto& list = *fuzz::at(*result, "pays");
    fuzz::require(pays->size() == list.size(), "every entry is read");
    for (std::size_t i = 0; i < list.size(); ++i) {
        fuzz::require((*pays)[i].failed == (*fuzz::at(list[i], "status") == "failed"), "status");
        fuzz::require(fuzz::is_number_or_absent(fuzz::at(list[i], "created_index"), (*pays)[i].created.value),
                      "created_index");
    }
    return 0;
}

} // namespace listpays_target

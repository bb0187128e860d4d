// Long listings cut into short ones: together they have the rows of the whole, in order. A text that is no listing
// stays none.
#include "cln/row_slices.hpp"

#include "json_input.hpp"

namespace row_slices_target {

FUZZ_TARGET(row_slices) {
    const auto text = fuzz::text_of(data, size);
    cln::RowSlices slices(text);
    fuzz::Tree together = fuzz::Tree::array();
    bool sound = true;
    for (std::size_t count = 0; !slices.done(); ++count) {
        fuzz::require(count <= text.size(), "the slices end");
        const auto slice = fuzz::parsed(slices.next());
        const auto* rows = slice && slice->is_object() ? fuzz::at(*slice, "payments") : nullptr;
        sound &= rows && rows->is_array();
        if (!sound)
            continue;
        for (const auto& row : *rows)
            together.push_back(row);
    }
    const auto whole = fuzz::parsed(text);
    if (!whole || !whole->is_object() || !fuzz::unambiguous(text))
        return 0;
    const auto* rows = fuzz::at(*whole, "payments");
    fuzz::require(sound == (rows && rows->is_array()), "only a listing is cut into listings");
    fuzz::require(!sound || together == *rows, "every row comes once, in order");
    return 0;
}

} // namespace row_slices_target

// Cursors, which consumers store and send back. Only the exact text that was given out is accepted.
#include "publish/cursor.hpp"
#include "fuzz.hpp"

namespace cursor_target {

FUZZ_TARGET(cursor) {
    const auto text = fuzz::text_of(data, size);
    const auto cursor = publish::parse_cursor(text);
    if (!cursor)
        return 0;
    publish::CursorMaker maker(cursor->run);
    const auto node = base::NodeId::from_hex(cursor->node + std::string(58, '0'));
    fuzz::require(node.has_value(), "a node's first bytes are hex");
    maker.set_node(*node);
    fuzz::require(maker.make(cursor->position, cursor->number, cursor->given) == text,
                  "an accepted cursor is spelled as it is made");
    fuzz::require(maker.is_ours(*cursor), "a cursor is recognised by its maker");
    fuzz::require(maker.is_of_this_run(*cursor), "a cursor is of this run");
    return 0;
}

} // namespace cursor_target

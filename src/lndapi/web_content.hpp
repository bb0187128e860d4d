// The bytes of the files in `web/`: the page that shows a person the node's payments. `web/embed.py` makes the
// definitions when the program is built.
#pragma once

#include <string_view>

namespace lndapi::web {

[[nodiscard]] std::string_view index_html();
[[nodiscard]] std::string_view page_css();
[[nodiscard]] std::string_view page_js();

} // namespace lndapi::web

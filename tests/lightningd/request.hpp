// One command with its caller: the client's bytes unchanged, and how it is answered. Clients, plugins and the payers
// inside the stand-in all use it, so hooks and ids are the same for all.
#pragma once

#include "given.hpp"
#include "result_filter.hpp"

#include "json/text.hpp"
#include "rpc/message.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace standin {

struct PartFailure;

struct Reply {
    bool ok = false;
    std::string body;  ///< raw result or raw error object
    std::string whole; ///< a plugin's reply unchanged but for the id; empty for our own commands
};

struct Request {
    /// `text` is one complete JSON object; `id` the raw token that replies carry.
    Request(std::string text, std::string id);
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    std::string text;
    rpc::Message message; ///< views into text
    std::string id;
    std::string chain; ///< id as text, the prefix of the ids of all calls made for this command
    Given given;       ///< the parameters as they were written
    json::Tree params; ///< the same, parsed
    std::optional<ResultFilter> filter;
    bool notifications = false; ///< the client wants `message` and `progress`
    bool check_only = false;    ///< `check`: check the parameters, do nothing else

    /// Why the part failed, for the payer inside the stand-in; injectpaymentonion's error does not show it.
    std::shared_ptr<const PartFailure> failure;

    std::function<void(Request&, const Reply&)> done;
    std::function<void(const std::string& notification)> notify;

    /// Replaces the request by another one (hook's `replace`) with the same caller. False if `text` is no message.
    [[nodiscard]] bool replace(std::string text);
};

using RequestPtr = std::shared_ptr<Request>;

/// The params of a request as lightningd reads them: any run of digits, with leading zeros too, is a value from which a
/// hash can be read (recordings cli_bare_digits).
[[nodiscard]] tl::expected<json::Tree, std::string> read_params(std::string_view params);

/// Answers once; later answers are dropped, as are those to a client that hung up.
void answer(Request& request, Reply reply);
void succeed(Request& request, std::string result);
/// `data`: raw JSON, left out when empty.
void fail(Request& request, int code, std::string_view message, std::string_view data = {});

/// The text of an id inside other ids (src/cln/README.md, "Request ids"): numbers and null as they are,
/// strings without quotes, and `weird-id` for one that needs escapes.
[[nodiscard]] std::string chain_text(std::string_view raw_id);

} // namespace standin

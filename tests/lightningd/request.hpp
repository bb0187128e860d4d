// One command somebody waits for: the client's bytes as they came, who is answered and how. Clients, plugins and the
// payers inside the stand-in all make these, so that hooks and ids are the same for everybody.
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
    std::string whole; ///< a plugin's reply as it wrote it, the id exchanged; empty for our own commands
};

struct Request {
    /// `text` is one complete JSON object; `id` the raw token replies carry.
    Request(std::string text, std::string id);
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    std::string text;
    rpc::Message message; ///< views into text
    std::string id;
    std::string chain; ///< id as text, the prefix of the ids of whatever is done for this command
    Given given;       ///< the parameters as they were written
    json::Tree params; ///< the same, read
    std::optional<ResultFilter> filter;
    bool notifications = false; ///< the client wants `message` and `progress`
    bool check_only = false;    ///< `check`: judge the parameters, do nothing

    /// What the payer inside the stand-in knows and a caller of injectpaymentonion cannot read: why the part failed.
    std::shared_ptr<const PartFailure> failure;

    std::function<void(Request&, const Reply&)> done;
    std::function<void(const std::string& notification)> notify;

    /// Exchanges the request for another one (hook's `replace`), keeping whom to answer. False if `text` is no message.
    [[nodiscard]] bool replace(std::string text);
};

using RequestPtr = std::shared_ptr<Request>;

/// The params of a request as lightningd reads them: digits in any number, with leading zeros too, are a value that a
/// hash can be read from (recordings cli_bare_digits).
[[nodiscard]] tl::expected<json::Tree, std::string> read_params(std::string_view params);

/// Answers once; later answers are lost, as those to a client that hung up are.
void answer(Request& request, Reply reply);
void succeed(Request& request, std::string result);
/// `data`: raw JSON, left out when empty.
void fail(Request& request, int code, std::string_view message, std::string_view data = {});

/// The text of an id inside other ids (src/cln/README.md, "Request ids"): numbers and null as they are,
/// strings without quotes, and `weird-id` for one that needs escapes.
[[nodiscard]] std::string chain_text(std::string_view raw_id);

} // namespace standin

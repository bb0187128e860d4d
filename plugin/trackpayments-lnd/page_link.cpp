#include "plugin/trackpayments-lnd/page_link.hpp"

#include "http/address.hpp"
#include "json/text.hpp"
#include "plugin/trackpayments-lnd/new_rune.hpp"

#include <algorithm>
#include <utility>

namespace trackpayments_lnd {

namespace {

using std::chrono::seconds;

tl::unexpected<rpc::Error> failed(std::string message) {
    return tl::unexpected(rpc::Error{no_link, std::move(message)});
}

std::string restrictions(seconds end) {
    return R"({"restrictions":[["method=trackpayments","method=getinfo"],["time<)" + std::to_string(end.count()) +
           R"("]]})";
}

std::string why_no_rune(const rpc::Error& error) {
    return error.code == rpc::method_not_found ? "this lightningd has no runes: it needs v23.11 or later"
                                               : "createrune failed: " + error.message;
}

/// The certificate has the name `localhost`, which stands for these two.
bool is_localhost(const http::Address& address) {
    return address.host == "127.0.0.1" || address.host == "::1";
}

bool is_everywhere(const http::Address& address) {
    return address.host == "0.0.0.0" || address.host == "::";
}

} // namespace

tl::expected<std::optional<std::chrono::minutes>, rpc::Error> link_time(const json::Tree& params) {
    const auto args = cln::Args::bind(params, command_params);
    if (!args)
        return tl::unexpected(args.error());
    const auto* action = args->find("action");
    const auto* minutes = args->find("minutes");
    if (action && *action != "link")
        return tl::unexpected(cln::bad_param("action", *action, "should be 'link'"));
    if (!action && minutes)
        return tl::unexpected(rpc::Error{rpc::invalid_params, "minutes: only with action 'link'"});
    if (!action)
        return std::nullopt;
    if (!minutes)
        return default_link_time;
    const auto count = cln::read_u64("minutes", *minutes);
    if (!count)
        return tl::unexpected(count.error());
    if (*count < 1 || *count > static_cast<std::uint64_t>(longest_link_time.count()))
        return tl::unexpected(cln::bad_param("minutes", *minutes, "should be 1 to 1440"));
    return std::chrono::minutes(*count);
}

std::optional<std::string> page_url(const PageServer& server) {
    std::vector<http::Address> addresses;
    for (const auto& text : server.addresses)
        if (auto address = http::read_address(text, 0))
            addresses.push_back(*std::move(address));
    if (addresses.empty())
        return std::nullopt;
    auto chosen = std::find_if(addresses.begin(), addresses.end(),
                               [](const http::Address& address) { return http::is_loopback(address); });
    if (chosen == addresses.end())
        chosen = std::find_if(addresses.begin(), addresses.end(), is_everywhere);
    if (chosen == addresses.end())
        chosen = addresses.begin();
    auto named = *chosen;
    if (is_localhost(named) || is_everywhere(named))
        named.host = "localhost";
    return (server.tls ? "https://" : "http://") + http::to_string(named) + '/';
}

void PageLink::make(std::chrono::minutes time, PageServer server, Reply reply) {
    auto url = page_url(server);
    if (!url)
        return reply(failed("REST does not listen: see option trackpayments-lnd-restlisten, and the problems that "
                            "trackpayments-lnd shows"));
    Request request{time, *std::move(url), std::move(server.fingerprint), std::move(reply)};
    if (client_.up())
        return ask(request);
    if (waiting_.empty())
        patience_.start(time_to_connect_, [this] {
            for (const auto& late : std::exchange(waiting_, {}))
                late.reply(failed("not connected to lightningd"));
        });
    waiting_.push_back(std::move(request));
}

void PageLink::connected() {
    patience_.cancel();
    for (const auto& request : std::exchange(waiting_, {}))
        ask(request);
}

void PageLink::ask(const Request& request) const {
    const auto end =
        std::chrono::floor<seconds>(std::chrono::system_clock::now().time_since_epoch()) + seconds(request.time);
    client_.call(
        "createrune", restrictions(end),
        [request, end, known = known_](const tl::expected<std::string_view, rpc::Client::Failure>& result) {
            if (!result)
                return request.reply(failed(why_no_rune(result.error().error)));
            const auto made = new_rune(*result);
            if (!made)
                return request.reply(failed("createrune gave no rune"));
            known(made->rune);
            json::Tree answer{{"link", request.url + "#rune=" + made->rune}, {"expires_at", end.count()}};
            if (!made->unique_id.empty())
                answer["unique_id"] = made->unique_id;
            if (!request.fingerprint.empty())
                answer["tls_fingerprint"] = request.fingerprint;
            request.reply(json::dump(answer));
        },
        [reply = request.reply] { reply(failed("lightningd does not answer")); });
}

} // namespace trackpayments_lnd

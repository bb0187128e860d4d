// The command `trackpayments-lnd link`: makes a link to the live page, with a rune that permits a browser to read
// payments for some minutes, and nothing else. The rune stands in the fragment of the link, which browsers do not send.
#pragma once

#include "cln/command_params.hpp"
#include "io/timer.hpp"
#include "rpc/client.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace trackpayments_lnd {

inline constexpr std::chrono::minutes default_link_time{60};
inline constexpr std::chrono::minutes longest_link_time{1440};

inline constexpr std::array<cln::Param, 2> command_params{{
    {"action", false, cln::ParamType::string, "`link`: make a link to the live page"},
    {"minutes", false, cln::ParamType::integer, "How long the link is good", "60"},
}};

/// The code of a link that cannot be made now.
inline constexpr int no_link = -1; // LIGHTNINGD, common/jsonrpc_errors.h

/// How long the requested link is to be good, 1 to 1440 minutes; nothing if no link is requested.
[[nodiscard]] tl::expected<std::optional<std::chrono::minutes>, rpc::Error> link_time(const json::Tree& params);

/// Where REST listens.
struct PageServer {
    std::vector<std::string> addresses; ///< with their ports, such as 127.0.0.1:8080
    bool tls = true;
    std::string fingerprint; ///< of the certificate
};

/// `https://localhost:8080/`: the first address on this machine, by the name that the certificate has; else
/// `localhost` if one is on all interfaces; else the first address. Nothing if there is none.
[[nodiscard]] std::optional<std::string> page_url(const PageServer& server);

class PageLink final {
  public:
    /// The command's result as JSON.
    using Reply = std::function<void(const tl::expected<std::string, rpc::Error>&)>;

    /// `known` gets each rune that was made.
    PageLink(io::Loop& loop, rpc::Client& client, std::function<void(const std::string&)> known)
        : client_(client), known_(std::move(known)), patience_(loop) {}

    /// Asks lightningd for a rune. Replies once, at once or later. Who asks a program that has just been started waits
    /// until it is connected, five seconds at most.
    void make(std::chrono::minutes time, PageServer server, Reply reply);
    /// `client` is connected.
    void connected();

    void set_time_to_connect(std::chrono::milliseconds time) { time_to_connect_ = time; }

  private:
    struct Request {
        std::chrono::minutes time;
        std::string url;
        std::string fingerprint;
        Reply reply;
    };
    void ask(const Request& request) const;

    rpc::Client& client_;
    std::function<void(const std::string&)> known_;
    std::vector<Request> waiting_; // for the connection
    std::chrono::milliseconds time_to_connect_{5'000};
    io::Timer patience_;
};

} // namespace trackpayments_lnd

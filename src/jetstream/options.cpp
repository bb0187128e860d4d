#include "jetstream/options.hpp"

#include "jetstream/secret_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <unistd.h>

namespace jetstream {

namespace {

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_';
    });
}

bool is_ipv6(const std::string& text) {
    in6_addr address{};
    return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

// The server takes no other names (nats-server, isValidName); these are also the names of folders there.
bool is_stream_name(std::string_view text) {
    return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

tl::expected<void, std::string> check_stream(const StreamWish& stream) {
    if (!is_stream_name(stream.name))
        return tl::unexpected<std::string>("the name of a stream has 1 to 255 letters, digits, - and _");
    if (stream.replicas != 1 && stream.replicas != 3 && stream.replicas != 5)
        return tl::unexpected<std::string>("a stream has 1, 3 or 5 replicas");
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    if (stream.max_age_s > most / 1'000'000'000 || stream.max_bytes > most)
        return tl::unexpected<std::string>("the limits of the stream are too large");
    return {};
}

tl::expected<void, std::string> check_choice_of_files(const Options& options) {
    if (!options.credentials_file.empty() && !options.nkey_file.empty())
        return tl::unexpected<std::string>("there are a credentials file and an nkey: only one can be used");
    if (options.tls_cert.empty() != options.tls_key.empty())
        return tl::unexpected<std::string>(
            "a client's certificate and its key belong together: one of them is missing");
    return {};
}

tl::expected<void, std::string> check_files(const Options& options) {
    for (const auto* path : {&options.tls_ca, &options.tls_cert})
        if (!path->empty() && ::access(path->c_str(), R_OK) != 0)
            return tl::unexpected("cannot read " + *path + ": " + std::generic_category().message(errno));
    for (const auto* path : {&options.credentials_file, &options.nkey_file, &options.tls_key})
        if (!path->empty())
            if (const auto secret = load_secret(*path); !secret)
                return tl::unexpected(secret.error());
    return {};
}

} // namespace

std::string write_url(const ServerUrl& url) {
    const bool brackets = url.host.find(':') != std::string::npos;
    return (url.tls ? "tls://" : "nats://") + (brackets ? "[" + url.host + "]" : url.host) + ":" +
           std::to_string(url.port);
}

tl::expected<ServerUrl, std::string> server_url(const std::string& text) {
    // First: no other error may show it.
    if (text.find('@') != std::string::npos)
        return tl::unexpected<std::string>("the URL of a server has a user, a password or a token: everybody who may "
                                           "see the configuration would see it. "
                                           "Use a credentials file or an nkey");
    const auto wrong = [&] {
        return tl::unexpected("not the URL of a server: " + text +
                              "; it has the form nats://HOST:PORT or tls://HOST:PORT");
    };
    ServerUrl url;
    std::string_view rest = text;
    if (rest.starts_with("tls://"))
        url.tls = true;
    else if (!rest.starts_with("nats://"))
        return wrong();
    rest.remove_prefix(rest.find("//") + 2);
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    if (rest.starts_with('[')) {
        const auto end = rest.find(']');
        if (end == std::string_view::npos)
            return wrong();
        url.host = rest.substr(1, end - 1);
        if (!is_ipv6(url.host))
            return wrong();
        rest.remove_prefix(end + 1);
    } else {
        url.host = rest.substr(0, rest.find(':'));
        if (!is_name(url.host))
            return wrong();
        rest.remove_prefix(url.host.size());
    }
    if (rest.empty())
        return url; // the usual port
    rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), url.port);
    if (error != std::errc() || end != rest.data() + rest.size() || url.port == 0)
        return wrong();
    return url;
}

bool is_loopback(const std::string& host) {
    if (host == "localhost")
        return true;
    in_addr four{};
    if (::inet_pton(AF_INET, host.c_str(), &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    in6_addr six{};
    return ::inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

tl::expected<std::vector<ServerUrl>, std::string> check_settings(const Options& options) {
    if (options.urls.empty())
        return tl::unexpected<std::string>("there is no URL of a server");
    std::vector<ServerUrl> urls;
    const bool credentials =
        !options.credentials_file.empty() || !options.nkey_file.empty() || !options.tls_cert.empty();
    for (const auto& text : options.urls) {
        auto url = server_url(text);
        if (!url)
            return tl::unexpected(url.error());
        if (!options.insecure && !is_loopback(url->host)) {
            if (!url->tls)
                return tl::unexpected(text + " is not on this machine: use tls:// for it, or the option "
                                             "trackpayments-nats-insecure");
            if (!credentials)
                return tl::unexpected(text +
                                      " is not on this machine: it needs credentials (a credentials file, an nkey or a "
                                      "client's certificate), or the option trackpayments-nats-insecure");
        }
        urls.push_back(std::move(*url));
    }
    if (const auto stream = check_stream(options.stream); !stream)
        return tl::unexpected(stream.error());
    if (const auto files = check_choice_of_files(options); !files)
        return tl::unexpected(files.error());
    return urls;
}

tl::expected<std::vector<ServerUrl>, std::string> check_options(const Options& options) {
    auto urls = check_settings(options);
    if (!urls)
        return urls;
    if (const auto files = check_files(options); !files)
        return tl::unexpected(files.error());
    return urls;
}

} // namespace jetstream

// A subscriber plugin in C++, on this project's own rooms: io (bytes of a descriptor) and rpc (JSON-RPC on them). It
// says in lightningd's log how each payment ended. Replace ended() and keep the rest.
//   ninja -C build tests/contrib/subscriber && lightning-cli plugin start $PWD/build/tests/contrib/subscriber
#include "rpc/connection.hpp"
#include "rpc/write.hpp"
#include "json/text.hpp"

#include <cstdio>
#include <exception>
#include <unistd.h>

using json::Tree;

class Subscriber final : rpc::Connection::Handler {
  public:
    Subscriber(io::Loop& loop, std::unique_ptr<io::Stream> in, std::unique_ptr<io::Stream> out)
        : loop_(loop), stdio_(std::move(in), std::move(out), *this) {
        stdio_.start();
    }

  private:
    void ended(const Tree& payment) {
        std::string words =
            payment.at("status").get<std::string>() + ' ' + payment.at("payment_hash").get<std::string>() + ": ";
        if (payment.at("status") == "SUCCEEDED")
            words += payment.at("value_msat").get<std::string>() + " msat, fee " +
                     payment.at("fee_msat").get<std::string>() + " msat";
        else
            words += payment.at("failure_reason").get<std::string>();
        log(words);
    }

    void read(std::span<const rpc::Message> messages) override {
        for (const auto& each : messages)
            message(each);
    }
    void message(const rpc::Message& message) {
        const auto params = json::parse(message.params);
        if (message.method == "getmanifest")
            stdio_.send(rpc::result(message.id,
                                    R"({"options":[],"rpcmethods":[],"subscriptions":["trackpayments_final"],)"
                                    R"("dynamic":true,"nonnumericids":true})"));
        else if (!message.id.empty()) // init
            stdio_.send(rpc::result(message.id, "{}"));
        else if (message.method == "trackpayments_final" && params)
            published(*params);
    }
    void published(const Tree& params) {
        try {
            // Up to v25.05 the message is one level deeper, in `payload`.
            ended((params.contains("payload") ? params.at("payload") : params).at("trackpayments_final"));
        } catch (const std::exception& error) { // would end this process
            log("a message is left out: " + std::string(error.what()), "unusual");
        }
    }
    void skipped(const rpc::Message&, const std::string& reason) override { log("stdin: " + reason, "unusual"); }
    void closed(const std::string&) override { loop_.stop(); } // lightningd has gone, or wants us to

    void log(const std::string& words, const std::string& level = "info") {
        stdio_.send(rpc::notification("log", R"({"level":")" + level + R"(","message":)" + json::quote(words) + "}"));
    }

    io::Loop& loop_;
    rpc::Connection stdio_;
};

int main() {
    if (isatty(STDIN_FILENO)) {
        std::fputs("This is a plugin, lightningd starts it: lightning-cli plugin start PATH\n", stderr);
        return 1;
    }
    io::Loop loop;
    auto in = io::Stream::open(loop, STDIN_FILENO);
    auto out = io::Stream::open(loop, STDOUT_FILENO);
    if (!in || !out) {
        std::fprintf(stderr, "subscriber: %s\n", (in ? out : in).error().c_str());
        return 1;
    }
    const Subscriber subscriber(loop, std::move(*in), std::move(*out));
    loop.run();
}

// A subscriber plugin in C++ on src/host: it logs the end of each payment in lightningd's log. Replace ended() and keep
// the rest.
//   ninja -C build tests/contrib/subscriber && lightning-cli plugin start $PWD/build/tests/contrib/subscriber
#include "host/start.hpp"

#include <cstdio>
#include <exception>
#include <unistd.h>

class Subscriber final : public host::Plugin {
  public:
    Subscriber(io::Loop& loop, host::Pipes pipes, const host::Parent& parent)
        : host::Plugin(loop, std::move(pipes), parent,
                       {.name = "subscriber", .subscriptions = {{"trackpayments_final"}}}) {}

  private:
    void ended(const json::Tree& payment) {
        std::string text =
            payment.at("status").get<std::string>() + ' ' + payment.at("payment_hash").get<std::string>() + ": ";
        if (payment.at("status") == "SUCCEEDED")
            text += payment.at("value_msat").get<std::string>() + " msat, fee " +
                    payment.at("fee_msat").get<std::string>() + " msat";
        else
            text += payment.at("failure_reason").get<std::string>();
        log(base::LogLevel::info, text);
    }

    void notification(const rpc::Message& message) override {
        const auto params = json::parse(message.params);
        if (message.method != "trackpayments_final" || !params)
            return;
        try {
            // Up to v25.05 the message is one level deeper, in `payload`.
            ended((params->contains("payload") ? params->at("payload") : *params).at("trackpayments_final"));
        } catch (const std::exception& error) { // it would end the plugin
            log(base::LogLevel::unusual, "skipping a message: " + std::string(error.what()));
        }
    }
};

int main(int argc, char** argv) {
    if (isatty(STDIN_FILENO)) {
        std::fputs("This is a plugin, lightningd starts it: lightning-cli plugin start PATH\n", stderr);
        return 1;
    }
    return host::start(argc, argv,
                       {"subscriber", "1", "Logs the end of each payment.\n",
                        [](io::Loop& loop, host::Pipes pipes, const host::Parent& parent) {
                            return Subscriber(loop, std::move(pipes), parent).run();
                        }});
}

// A subscriber plugin in C++, on this project's own rooms: io (bytes of a descriptor) and rpc (JSON-RPC on them). It
// says in lightningd's log how each payment ended. Replace ended() and keep the rest.
//   ninja -C build tests/contrib/subscriber && lightning-cli plugin start $PWD/build/tests/contrib/subscriber
#include "rpc/connection.hpp"
#include "rpc/json.hpp"
#include "rpc/write.hpp"

using rpc::json;

class Subscriber final : rpc::Connection::Handler {
  public:
    explicit Subscriber(io::Loop& loop)
        : loop_(loop), stdio_(io::Stream::open(loop, 0).value(), io::Stream::open(loop, 1).value(), *this) {
        stdio_.start();
    }

  private:
    void ended(const json& payment) {
        std::string words =
            payment.at("status").get<std::string>() + ' ' + payment.at("payment_hash").get<std::string>() + ": ";
        if (payment.at("status") == "SUCCEEDED")
            words += payment.at("value_msat").get<std::string>() + " msat, fee " +
                     payment.at("fee_msat").get<std::string>() + " msat";
        else
            words += payment.at("failure_reason").get<std::string>();
        log(words);
    }

    void message(const rpc::Message& message) override {
        const auto params = rpc::parse(message.params);
        if (message.method == "getmanifest")
            stdio_.send(rpc::result(message.id,
                                    R"({"options":[],"rpcmethods":[],"subscriptions":["trackpayments_final"],)"
                                    R"("dynamic":true,"nonnumericids":true})"));
        else if (!message.id.empty()) // init
            stdio_.send(rpc::result(message.id, "{}"));
        else if (message.method == "trackpayments_final" && params)
            // Up to v25.05 what the plugin told is one level deeper, in `payload`. An exception would end this process.
            ended((params->contains("payload") ? params->at("payload") : *params).at("trackpayments_final"));
    }
    void bad_input(const std::string& reason) override { log("stdin: " + reason); }
    void closed(const std::string&) override { loop_.stop(); } // lightningd has gone, or wants us to

    void log(const std::string& words) {
        stdio_.send(rpc::notification("log", R"({"level":"info","message":)" + rpc::quote(words) + "}"));
    }

    io::Loop& loop_;
    rpc::Connection stdio_;
};

int main() {
    io::Loop loop;
    const Subscriber subscriber(loop);
    loop.run();
}

// From a message of the topic written to trackpayments-lnd until a gRPC client has it, at a steady pace, in turns with
// `cat` over the same TLS (tls_cat.cpp): the same bytes, certificate and client. On a shared machine the tails are the
// machine's: only compared with cat's do they mean something.
#include "lnd_client.hpp"
#include "lnd_node.hpp"
#include "lnd_topic.hpp"
#include "report.hpp"

#include <sys/prctl.h>

namespace {

using namespace bench;

using Messages = std::vector<std::string>;

/// Sends at a steady pace and records when each arrives; they come in order.
class Pace {
  public:
    Pace(Poller& poller, double rate) : poller_(poller), between_(1e9 / rate) {}

    void arrived() { arrived_.push_back(now_ns()); }

    template <class Send>
    void run(const Messages& messages, Send send, std::vector<double>& latencies) {
        std::vector<std::int64_t> sent;
        const auto begin = now_ns();
        while (arrived_.size() < messages.size()) {
            const auto due = begin + static_cast<std::int64_t>(static_cast<double>(sent.size()) * between_);
            const auto left = sent.size() < messages.size() ? due - now_ns() : 100'000'000;
            if (left <= 0) {
                sent.push_back(now_ns());
                send(messages[sent.size() - 1]);
                poller_.pump(0);
            } else {
                poller_.pump(left);
            }
        }
        for (std::size_t i = 0; i < sent.size(); ++i)
            latencies.push_back(static_cast<double>(arrived_[i] - sent[i]));
    }

  private:
    Poller& poller_;
    double between_;
    std::vector<std::int64_t> arrived_;
};

/// tls_cat and its client.
class Cat {
  public:
    Cat(const Options& options, Poller& poller, const std::string& tls_folder)
        : child_({options.helpers + "/bench-tls-cat", tls_folder + "/tls.cert", tls_folder + "/tls.key"}),
          poller_(poller),
          socket_(read_port(), false) {
        poller_.watch(socket_.descriptor(), EPOLLIN, [this](std::uint32_t) { received(); });
    }
    ~Cat() { poller_.remove(socket_.descriptor()); }
    Cat(const Cat&) = delete;
    Cat& operator=(const Cat&) = delete;

    void send(const std::string& message) {
        std::string nothing;
        child_.converse(message, nothing, [](const std::string&) { return true; });
    }
    std::function<void()> on_message;

  private:
    std::uint16_t read_port() {
        std::string line;
        child_.converse({}, line, [](const std::string& all) { return all.ends_with('\n'); });
        return static_cast<std::uint16_t>(std::stoul(line));
    }

    void received() {
        socket_.read(in_);
        std::size_t begin = 0;
        for (auto end = in_.find("\n\n"); end != std::string::npos; end = in_.find("\n\n", begin)) {
            begin = end + 2;
            on_message();
        }
        in_.erase(0, begin);
    }

    Child child_;
    Poller& poller_;
    TlsSocket socket_;
    std::string in_;
};

int run(const Options& options) {
    prctl(PR_SET_TIMERSLACK, 1UL); // else every pause is 50 us longer
    Poller poller;
    LndTopic topic(options.transcripts + "/../replay/golden");
    LndNode node(options.lnd, poller, LndTopic::cursor());
    LndClient client(poller, node.port());
    client.subscribe();
    Cat cat(options, poller, node.tls_folder());
    Report report("lnd_latency", options);
    std::uint64_t payment = 0;
    for (const double rate : {100.0, 1000.0}) {
        std::vector<double> ours, cats;
        const double seconds = options.full ? 2 : 0.5; // a turn
        for (int turn = 0; turn < (options.full ? 10 : 4); ++turn) {
            Messages messages(static_cast<std::size_t>(rate * seconds));
            for (auto& message : messages)
                topic.append_succeeded(message, payment++);
            Pace one(poller, rate);
            client.on_message = [&](std::string_view) { one.arrived(); };
            one.run(
                messages, [&](const std::string& message) { node.feed(message); }, ours);
            Pace other(poller, rate);
            cat.on_message = [&] { other.arrived(); };
            other.run(
                messages, [&](const std::string& message) { cat.send(message); }, cats);
        }
        expect(client.messages() == payment && client.ended() == 0, "every message arrives once");
        const auto at = json(static_cast<int>(rate)).dump() + " a second: ";
        for (const auto& [share, name] : {std::pair{0.5, "median"}, {0.99, "99 %"}}) {
            report.add(at + name, quantile(ours, share) / 1000, "us");
            report.add(at + name + " of cat over TLS", quantile(cats, share) / 1000, "us");
            report.add(at + name + ", against cat over TLS", quantile(ours, share) / quantile(cats, share), "times");
        }
    }
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}

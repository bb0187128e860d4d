// From facts to bytes: table, publisher and a stream whose reader comes and goes. Everything a subscriber reads passes
// the strict check, comes in a valid order, and ends with the state of each payment.
#include "io/stream.hpp"
#include "json/members.hpp"
#include "json_input.hpp"
#include "listener.hpp"
#include "publish/publisher.hpp"
#include "rpc/message.hpp"
#include "shape.hpp"
#include "world.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <sys/socket.h>
#include <unistd.h>

namespace emission_target {

namespace {

struct Received {
    std::string status;
    std::set<std::string> attempts;
    fuzz::Tree last;
};

/// The values that fuzz::published_form leaves out.
fuzz::Tree without_times(fuzz::Tree payment) {
    payment["creation_time_ns"] = payment["creation_date"] = "";
    for (auto& attempt : payment["htlcs"]) {
        attempt["attempt_time_ns"] = attempt["resolve_time_ns"] = "";
        for (auto& hop : attempt["route"]["hops"])
            hop["mpp_record"] = nullptr;
    }
    return payment;
}

class Subscriber final {
  public:
    explicit Subscriber(int fd) : fd_(fd) {}
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;
    ~Subscriber() { ::close(fd_); }

    /// Reads all that is there; false when there is nothing.
    bool read() {
        std::array<char, 65536> bytes{};
        const auto got = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got <= 0)
            return false;
        framer_.feed({bytes.data(), static_cast<std::size_t>(got)});
        for (auto result = framer_.next(); result.kind != rpc::Framer::Result::Kind::more; result = framer_.next()) {
            fuzz::require(result.kind == rpc::Framer::Result::Kind::message, "only messages are written");
            take(result.text);
        }
        return true;
    }

    void check_end(const payments::Table& table) const {
        fuzz::require(!framer_.inside(), "the last message is whole");
        table.for_each([&](const payments::Payment& payment) {
            if (fuzz::settled_elsewhere(table, payment))
                return;
            const auto at = received_.find(std::to_string(payment.index.value));
            fuzz::require(at != received_.end(), "every payment was published");
            const auto now = fuzz::Tree::parse(fuzz::published_form(payment));
            if (!payment.terminal())
                fuzz::require(at->second.last == without_times(now),
                              "the last snapshot published is the payment's state");
            else
                fuzz::require(at->second.last["status"] == now["status"], "the last status published is the outcome");
        });
    }

  private:
    void take(std::string_view text) {
        const auto news = rpc::read_message(text);
        fuzz::require(news.has_value(), "only messages are written");
        const std::string topic(news->method);
        if (topic == "log")
            return;
        const auto params = fuzz::Tree::parse(news->params);
        fuzz::require(params.size() == 2 && publish::parse_cursor(params["cursor"].get<std::string>()),
                      "params are a snapshot or deletion, and a cursor");
        if (topic == "trackpayments_deleted")
            return deleted(params[topic]);
        fuzz::require(topic == "trackpayments" || topic == "trackpayments_final", "the topic is one of ours");
        json::ObjectScanner members(news->params);
        const auto payment = fuzz::checked_payment(members.next()->value);
        const bool in_flight = payment["status"] == "IN_FLIGHT";
        if (topic == "trackpayments_final") {
            fuzz::require(!in_flight && payment == newest_, "a final snapshot is the one just published");
            return;
        }
        newest_ = payment;
        const std::string hash = payment["payment_hash"];
        fuzz::require(!succeeded_.contains(hash) || payment["status"] == "SUCCEEDED",
                      "only SUCCEEDED follows SUCCEEDED");
        auto& received = received_[payment["payment_index"]];
        std::set<std::string> attempts;
        for (const auto& attempt : payment["htlcs"])
            attempts.insert(attempt["attempt_id"]);
        fuzz::require(
            std::includes(attempts.begin(), attempts.end(), received.attempts.begin(), received.attempts.end()),
            "an attempt disappears only by deletion");
        if (payment["status"] == "SUCCEEDED")
            succeeded_.insert(hash);
        received = {payment["status"], std::move(attempts), without_times(payment)};
    }

    void deleted(const fuzz::Tree& deletion) {
        auto& received = received_[deletion["payment_index"]];
        for (const auto& attempt : deletion["attempt_ids"])
            received.attempts.erase(attempt);
        succeeded_.erase(deletion["payment_hash"]); // its complete row may be deleted, and the hash payable again
    }

    int fd_;
    rpc::Framer framer_;
    std::map<std::string, Received> received_; // by payment index
    std::set<std::string> succeeded_;
    fuzz::Tree newest_;
};

} // namespace

FUZZ_TARGET(emission) {
    fuzz::Choices choices(data, size);
    const auto seed = choices.number();
    std::mt19937_64 dice(choices.number());
    const fuzz::World world(choices, 60'000);

    std::array<int, 2> ends{};
    fuzz::require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "a socket pair for the test");
    io::Loop loop;
    Subscriber subscriber(ends[1]);
    payments::Table table(1000);
    auto out = io::Stream::open(loop, ends[0]);
    fuzz::require(out.has_value(), "a stream for the test");
    {
        publish::Progress progress;
        progress.reset({{1}, {1}});
        publish::Publisher publisher(loop, **out, table, progress, publish::CursorMaker("0123abcd"),
                                     [](base::LogLevel, const std::string&) {});
        std::vector<payments::Event> settled;
        fuzz::apply_in_some_order(world, seed, [&](std::span<const payments::Event> events) {
            publisher.changed(table.apply(events));
            for (std::size_t turns = dice() % 3; turns > 0; --turns)
                loop.turn(false);
            if (dice() % 2 == 0)
                subscriber.read();
            if (dice() % 32 != 0)
                return;
            // A row that has ended is deleted.
            std::vector<payments::Event> gone;
            table.for_each([&](const payments::Payment& payment) {
                for (const auto& part : payment.parts)
                    if (gone.empty() && part.status != payments::PartStatus::pending && payment.terminal())
                        gone.emplace_back(payments::PartDeleted{payment.key, part.created});
            });
            publisher.changed(table.apply(gone));
        });
        publisher.flush();
        bool drained = false;
        (*out)->when_drained([&] { drained = true; });
        while (!drained || subscriber.read()) {
            loop.turn(false);
            subscriber.read();
        }
        fuzz::require(publisher.waiting_bytes() == 0, "nothing is counted as waiting");
    }
    while (subscriber.read())
        loop.turn(false);
    subscriber.check_end(table);
    return 0;
}

} // namespace emission_target

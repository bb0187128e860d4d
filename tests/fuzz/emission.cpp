// From facts to bytes: table, publisher and a stream whose reader comes and goes. Everything a subscriber reads passes
// the strict check, comes in a valid order, and ends with the state of each payment.
#include "io/stream.hpp"
#include "json/members.hpp"
#include "listener.hpp"
#include "publish/publisher.hpp"
#include "quick_json.hpp"
#include "rpc/framer.hpp"
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
    std::vector<std::uint64_t> attempts;
    std::string last; ///< as it was written
};

/// Without the values that fuzz::published_form leaves out.
std::string without_times(std::string text) {
    for (const std::string_view key : {R"("creation_time_ns":)", R"("creation_date":)", R"("attempt_time_ns":)",
                                       R"("resolve_time_ns":)", R"("mpp_record":)"})
        for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
            at += key.size();
            text.erase(at, json::skip_value(text, at).value_or(at) - at);
        }
    return text;
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

    /// `hidden`: payments that need not be published any more.
    void check_end(const payments::Table& table, const std::set<payments::PaymentKey>& hidden) const {
        fuzz::require(!framer_.inside(), "the last message is whole");
        table.for_each([&](const payments::Payment& payment) {
            if (hidden.contains(payment.key))
                return;
            const auto at = received_.find(std::to_string(payment.index.value));
            fuzz::require(at != received_.end(), "every payment was published");
            if (!payment.terminal())
                fuzz::require(without_times(at->second.last) == without_times(fuzz::published_form(payment)),
                              "the last snapshot published is the payment's state");
            else
                fuzz::require(at->second.status ==
                                  fuzz::text_at(*fuzz::quickly_parsed(fuzz::published_form(payment)), "status"),
                              "the last status published is the outcome");
        });
    }

  private:
    void take(std::string_view text) {
        const auto news = rpc::read_message(text);
        fuzz::require(news.has_value(), "only messages are written");
        const std::string topic(news->method);
        if (topic == "log")
            return;
        const auto params = fuzz::quickly_parsed(news->params);
        fuzz::require(params && params->is_object() && simdjson::dom::object(*params).size() == 2 &&
                          publish::parse_cursor(std::string(fuzz::text_at(*params, "cursor").value_or(""))),
                      "params are a snapshot or deletion, and a cursor");
        if (topic == "trackpayments_deleted")
            return deleted((*params)[topic]);
        fuzz::require(topic == "trackpayments" || topic == "trackpayments_final", "the topic is one of ours");
        json::ObjectScanner members(news->params);
        const auto snapshot = members.next()->value;
        if (topic == "trackpayments_final") {
            fuzz::require(newest_ends_ && snapshot == newest_, "a final snapshot is the one just published");
            return;
        }
        auto payment = fuzz::checked_payment(snapshot);
        newest_ = snapshot;
        newest_ends_ = payment.status != "IN_FLIGHT";
        fuzz::require(!succeeded_.contains(payment.payment_hash) || payment.status == "SUCCEEDED",
                      "only SUCCEEDED follows SUCCEEDED");
        auto& received = received_[payment.payment_index];
        fuzz::require(std::includes(payment.attempts.begin(), payment.attempts.end(), received.attempts.begin(),
                                    received.attempts.end()),
                      "an attempt disappears only by deletion");
        if (payment.status == "SUCCEEDED")
            succeeded_.insert(payment.payment_hash);
        received = {payment.status, std::move(payment.attempts), newest_};
    }

    void deleted(simdjson::dom::element deletion) {
        auto& received = received_[std::string(fuzz::text_at(deletion, "payment_index").value())];
        for (const auto attempt : deletion["attempt_ids"].get_array())
            std::erase(received.attempts, std::stoull(std::string(attempt.get_string().value())));
        // Its complete row may be deleted, and the hash payable again.
        succeeded_.erase(std::string(fuzz::text_at(deletion, "payment_hash").value()));
    }

    int fd_;
    rpc::Framer framer_;
    std::map<std::string, Received> received_; // by payment index
    std::set<std::string> succeeded_;
    std::string newest_;
    bool newest_ends_ = false;
};

} // namespace

FUZZ_TARGET(emission) {
    fuzz::Choices choices(data, size);
    const auto seed = choices.number();
    std::mt19937_64 dice(choices.number());
    constexpr std::size_t large = 4096;
    const fuzz::World world(choices, large); // in base64 it is longer

    std::array<int, 2> ends{};
    fuzz::require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "a socket pair for the test");
    const int least = 0; // the system makes it some kilobytes: a reader that pauses soon stops the writer
    fuzz::require(::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &least, sizeof least) == 0, "a small buffer");
    io::Loop loop;
    Subscriber subscriber(ends[1]);
    payments::Table table(1000);
    std::set<payments::PaymentKey> hidden; // another payment of their hash succeeded after their last snapshot
    auto out = io::Stream::open(loop, ends[0]);
    fuzz::require(out.has_value(), "a stream for the test");
    {
        publish::Progress progress;
        progress.reset({{1}, {1}});
        publish::Publisher publisher(loop, **out, table, progress, publish::CursorMaker("0123abcd"),
                                     [](base::LogLevel, const std::string&) {});
        publisher.set_large(large);
        const auto apply = [&](std::span<const payments::Event> events) {
            const auto change = table.apply(events);
            for (const auto* payment : change.updated)
                hidden.erase(payment->key);
            table.for_each([&](const payments::Payment& payment) {
                if (fuzz::settled_elsewhere(table, payment))
                    hidden.insert(payment.key);
            });
            publisher.changed(change);
        };
        fuzz::apply_in_some_order(world, seed, [&](std::span<const payments::Event> events) {
            apply(events);
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
            apply(gone);
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
    subscriber.check_end(table, hidden);
    return 0;
}

} // namespace emission_target

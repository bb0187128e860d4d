// Tracker, server and sink die at random: whoever dies when, the stream gets each end once, and in order.
#include "sink_fixture.hpp"

#include <random>

namespace random_test {

using consumer::Status;
using sink::Knowledge;
using unit::FakeStream;
using Fate = FakeStream::Fate;

namespace {

std::string hash_of(unsigned number) {
    const auto digits = std::to_string(number);
    return std::string(64 - digits.size(), '0') + digits;
}

struct Row {
    std::uint64_t created = 0;
    std::uint64_t updated = 0; // 0: never changed
    char state = 'I';
    bool seen = false; // in this run: its route is known, and why it failed
};

struct Payment {
    unsigned number = 0;
    std::uint64_t index = 0; // of the first row when the run began, or the payment
    std::vector<Row> rows;
    bool given_up = false;     // its payer does not try again
    std::uint64_t changed = 0; // number of its last change in this run

    [[nodiscard]] bool all(auto test) const { return std::all_of(rows.begin(), rows.end(), test); }
    [[nodiscard]] bool ended() const {
        return all([](const Row& row) { return row.state != 'I'; });
    }
    [[nodiscard]] bool failed() const {
        return all([](const Row& row) { return row.state == 'F'; });
    }
    [[nodiscard]] Status status() const {
        return !ended()    ? Status::in_flight
               : !failed() ? Status::succeeded
               : given_up  ? Status::failed
                           : Status::in_flight;
    }
    [[nodiscard]] bool undecided() const { return failed() && !given_up; }
    [[nodiscard]] std::uint64_t updated() const {
        std::uint64_t last = 0;
        for (const auto& row : rows)
            last = std::max(last, row.updated);
        return last;
    }
    [[nodiscard]] std::uint64_t created() const { return rows.back().created; }
    [[nodiscard]] std::string text() const {
        std::string text = R"({"payment_hash":")" + hash_of(number) +
                           R"(","creation_date":"1600000000","payment_preimage":"","status":")" +
                           sink::write_status(status()) + R"(","htlcs":[)";
        for (const auto& row : rows)
            text.append(text.back() == '[' ? "" : ",")
                .append(unit::attempt_text(static_cast<unsigned>(row.created),
                                           std::string(1, row.state) + (row.seen && row.state == 'F' ? "15" : "") +
                                               (row.seen ? "r" : "")));
        return text + R"(],"payment_index":")" + std::to_string(index) + "\"}";
    }
    [[nodiscard]] std::string subject() const {
        return "lightning." + unit::SinkFixture::node_id() + ".payment." + hash_of(number) + "." +
               std::to_string(index);
    }
};

struct Position {
    std::uint64_t created = 0;
    std::uint64_t updated = 0;
    std::uint64_t number = 0;
    std::uint64_t given = 0;
};

/// A tracker as src/README.md describes it ("Resuming"), and the node's rows.
struct Tracker {
    std::vector<Payment> payments;
    std::uint64_t created = 0;
    std::uint64_t updated = 0;
    Position read; // rows that it has read
    unsigned run = 1;
    bool up = true;
    std::uint64_t changes = 0;
    std::deque<std::pair<std::string, std::string>> live; // topic and params, on their way

    [[nodiscard]] std::string run_id() const { return "r" + std::to_string(run); }
    [[nodiscard]] std::string write(Position at) const {
        auto text = "n." + run_id() + "." + std::to_string(at.created) + "." + std::to_string(at.updated);
        if (at.given > 0)
            text += "." + std::to_string(at.number) + "." + std::to_string(at.given);
        return text;
    }
    [[nodiscard]] Position parse(const std::string& text) const {
        Position at;
        std::string id(9, '\0');
        const auto fields = std::sscanf(text.c_str(), "n.%8[^.].%lu.%lu.%lu.%lu", id.data(), &at.created, &at.updated,
                                        &at.number, &at.given);
        REQUIRE(fields >= 3);
        if (id.c_str() != run_id())
            at.number = at.given = 0;
        return at;
    }
    [[nodiscard]] Position safe(Position at) const {
        for (const auto& payment : payments)
            if (payment.undecided())
                at.updated = std::min(at.updated, payment.updated() - 1);
        return at;
    }
    void changed(Payment& payment) {
        payment.changed = ++changes;
        if (up)
            live.emplace_back("trackpayments", unit::params_text(payment.text(), write(safe(read))));
    }
    void read_rows() { read = {created, updated}; }

    void begin() {
        ++created; // first: its value is used thrice
        payments.push_back({static_cast<unsigned>(created), created, {{created, 0, 'I', up}}});
        changed(payments.back());
    }
    void attempt(Payment& payment) {
        payment.given_up = false;
        payment.rows.push_back({++created, 0, 'I', up});
        changed(payment);
    }
    void end(Payment& payment, Row& row, char state) {
        row.state = state;
        row.updated = ++updated;
        row.seen &= up;
        changed(payment);
    }
    void give_up(Payment& payment) {
        payment.given_up = true;
        changed(payment);
    }
    void learn(Payment& payment, Row& row) {
        row.seen = true;
        changed(payment);
    }
    void erase(std::size_t which) {
        const auto& payment = payments[which];
        std::string ids;
        for (const auto& row : payment.rows)
            ids += (ids.empty() ? "\"" : ",\"") + std::to_string(row.created) + "\"";
        if (up)
            live.emplace_back("trackpayments_deleted",
                              R"({"trackpayments_deleted":{"payment_hash":")" + hash_of(payment.number) +
                                  R"(","payment_index":")" + std::to_string(payment.index) + R"(","attempt_ids":[)" +
                                  ids + R"(],"remaining":0},"cursor":")" + write(safe(read)) + "\"}");
        payments.erase(payments.begin() + static_cast<std::ptrdiff_t>(which));
    }
    /// The tracker forgets what it has seen, and takes the number of each payment's first row as its index.
    void start(auto maybe) {
        up = true;
        ++run;
        read_rows();
        for (auto& payment : payments) {
            payment.index = payment.rows.front().created;
            payment.changed = 0;
            for (auto& row : payment.rows)
                row.seen = false;
            if (payment.failed())
                payment.given_up = maybe();
        }
    }

    [[nodiscard]] std::string in_flight() const {
        std::string text = R"({"payments":[)";
        for (const auto& payment : payments)
            if (payment.status() == Status::in_flight)
                text.append(text.back() == '[' ? "" : ",").append(payment.text());
        return text + R"(],"cursor":")" + write(safe(read)) + "\"}";
    }
    [[nodiscard]] const Payment& with_row(std::uint64_t Row::*key, std::uint64_t value) const {
        for (const auto& payment : payments)
            for (const auto& row : payment.rows)
                if (row.*key == value)
                    return payment;
        throw std::logic_error("no such row");
    }
    [[nodiscard]] std::string since(const std::string& cursor, std::size_t most) {
        const auto from = parse(cursor);
        read_rows();
        const auto begin = std::max(from.updated, from.given);
        const auto number = from.given > 0 ? from.number : changes;
        struct Found {
            const Payment* payment;
            Position at;
        };
        std::vector<Found> found;
        for (const auto& payment : payments) {
            const auto last = payment.updated();
            const bool known = last <= from.given && (payment.changed <= from.number && payment.ended());
            const bool held = last > from.updated && last <= begin && !known;
            if (last > begin)
                found.push_back({&payment, {created, last}});
            else if (payment.rows.back().updated == 0 && payment.created() > from.created)
                found.push_back({&payment, {payment.created(), begin}});
            else if (held)
                found.push_back({&payment, {created, begin}});
        }
        std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
            return std::pair(a.at.updated, a.at.created) < std::pair(b.at.updated, b.at.created);
        });
        const bool more = found.size() > most;
        if (more) { // those of one position come together
            auto end = most;
            while (end < found.size() && found[end].at.updated == found[end - 1].at.updated &&
                   found[end].at.created == found[end - 1].at.created)
                ++end;
            found.resize(end);
        }
        Position to = more ? found.back().at : Position{created, updated};
        if (!more)
            for (const auto& payment : payments)
                if (payment.undecided() &&
                    std::none_of(found.begin(), found.end(), [&](const Found& one) { return one.payment == &payment; }))
                    found.push_back({&payment, {}});
        const auto reached = to.updated;
        to = safe(to);
        to.updated = std::max(to.updated, std::min(from.updated, reached));
        if (more && to.updated < reached) {
            to.number = number;
            to.given = reached;
        }
        std::string text = R"({"payments":[)";
        for (const auto& one : found)
            text.append(text.back() == '[' ? "" : ",").append(one.payment->text());
        return text + R"(],"cursor":")" + write(to) + (more ? R"(","more":true})" : "\"}");
    }
    [[nodiscard]] std::optional<std::string> by_hash(const std::string& params) const {
        for (const auto& payment : payments)
            if (params.find(hash_of(payment.number)) != std::string::npos)
                return R"({"payments":[)" + payment.text() + R"(],"cursor":")" + write(safe(read)) + "\"}";
        return std::nullopt;
    }
};

struct World {
    std::mt19937 random;
    io::Loop loop;
    unit::FakeLightningd node;
    std::vector<std::string> log;
    rpc::Client client{loop, "consumer", "tag", [](base::LogLevel, const std::string&) {}};
    FakeStream stream;
    Tracker tracker;
    std::optional<sink::Sink> sink;
    std::optional<consumer::Reader> reader;
    struct Reply {
        unit::Call call;
        std::optional<std::string> result;
        std::size_t behind; // so many live messages were written before it
    };
    std::deque<Reply> answers; // on their way
    std::size_t notified = 0;
    bool overtaking; // answers overtake live messages of before
    bool server_up = false;
    bool cut_now = false;
    bool all_too_large = false;
    bool hops_too_large = false;
    unsigned trouble = 0; // of 100 messages
    std::string fault;

    World(unsigned seed, const unit::Directory& directory)
        : random(seed), node(loop, directory), overtaking(seed % 2 == 0) {
        client.start(
            node.path(), [this] { reader->connected(); }, [this] { reader->disconnected(); });
        live_on();
        REQUIRE(unit::until(loop, [&] { return client.up(); }));
        stream.fate = [this](const jetstream::Message& message) { return fate_of(message); };
    }
    unsigned pick(std::size_t limit) { return static_cast<unsigned>(random() % limit); }

    void live_on() {
        const auto note = [this](base::LogLevel, const std::string& text) { log.push_back(text); };
        sink.emplace(loop, stream, note);
        reader.emplace(loop, client, note, *sink, unit::ReaderFixture::short_pauses);
        sink->use(*reader);
        stream.listener = &*sink;
        sink->begin({unit::SinkFixture::node_id(), false, false}, true);
        if (client.up())
            reader->connected();
        if (server_up)
            stream.connect();
    }
    void kill_sink() {
        stream.abandon(pick(4));
        reader.reset();
        sink.reset();
        live_on();
    }
    Fate fate_of(const jetstream::Message& message) {
        check_cursor(message);
        if (all_too_large || FakeStream::header(message, sink::header::omitted) == "htlcs")
            return Fate::too_large;
        if (hops_too_large && message.body.find("chan_id") != std::string::npos)
            return Fate::too_large;
        if (pick(100) >= trouble)
            return Fate::store;
        server_up = false;
        return pick(2) == 0 ? Fate::refuse : Fate::lose_ack;
    }

    [[nodiscard]] std::optional<Knowledge> stored(const Payment& payment) const {
        std::optional<Knowledge> found;
        for (const auto& one : stream.of(payment.subject()))
            if (one.message.subject == payment.subject())
                found = sink::parse_knowledge(FakeStream::header(one.message, sink::header::status),
                                              FakeStream::header(one.message, sink::header::attempts));
        return found;
    }
    static Knowledge now(const Payment& payment) {
        const consumer::Snapshot snapshot{payment.index, {}, payment.status(), payment.text()};
        const auto knowledge = sink::read_knowledge(snapshot);
        REQUIRE(knowledge);
        return *knowledge;
    }
    /// The stream has the payment's present state. What a tracker may forget does not count.
    bool is_stored(Payment payment) const {
        for (auto& row : payment.rows)
            row.seen = false;
        const auto found = stored(payment);
        return found && found->status == payment.status() && sink::adds_nothing(now(payment), *found);
    }
    /// What it covers is stored.
    void check_cursor(const jetstream::Message& message) {
        const auto text = FakeStream::header(message, sink::header::cursor);
        if (text == "none")
            return fail("a message without a position");
        const auto at = tracker.parse(text);
        for (const auto& payment : tracker.payments) {
            const auto last = payment.updated();
            const bool covered = payment.created() <= at.created &&
                                 (last <= at.updated || (last <= at.given && payment.changed <= at.number));
            const auto found = stored(payment);
            if (payment.status() != Status::in_flight && covered &&
                (!found || found->status != payment.status() || found->attempts.size() != payment.rows.size()))
                fail("the cursor " + text + " covers " + payment.text());
        }
    }
    void fail(const std::string& what) {
        if (fault.empty())
            fault = what;
    }

    void turn() {
        for (int i = 0; i < 3; ++i)
            loop.turn(false);
    }
    void notify() {
        const auto [topic, params] = tracker.live.front();
        tracker.live.pop_front();
        ++notified;
        if (topic == "trackpayments_deleted")
            return sink->deleted(params);
        rpc::Message message;
        message.method = topic;
        message.params = params;
        reader->notification(message);
    }
    void plugin(const std::string& topic) {
        tracker.live.emplace_back(topic, R"({")" + topic +
                                             R"(":{"plugin_name":"trackpayments","methods":["trackpayments"]}})");
    }
    void compute_answer() {
        const auto call = node.calls.front();
        node.calls.pop_front();
        std::optional<std::string> result;
        const auto since = call.params.find(R"("since":")");
        if (!tracker.up)
            return node.refuse(call, {-4, "not running"});
        if (since != std::string::npos)
            result = tracker.since(call.params.substr(since + 9, call.params.size() - since - 11), 1 + pick(5));
        else if (call.params == "{}")
            result = tracker.in_flight();
        else
            result = tracker.by_hash(call.params);
        answers.push_back({call, result, notified + tracker.live.size()});
    }
    void send_answer() {
        while (!overtaking && notified < answers.front().behind)
            notify();
        const auto [call, result, behind] = answers.front();
        answers.pop_front();
        if (result)
            node.answer(call, *result);
        else
            node.refuse(call, {208, "unknown"});
    }
    void restart_tracker() {
        if (tracker.up) {
            tracker.up = false;
            if (pick(2) == 0)
                plugin("plugin_stopped");
        } else {
            tracker.start([&] { return pick(4) != 0; });
            if (pick(2) == 0)
                plugin("plugin_started");
        }
    }
    void pay() {
        if (tracker.payments.empty() || pick(4) == 0)
            return tracker.begin();
        auto& payment = tracker.payments[pick(tracker.payments.size())];
        auto& row = payment.rows[pick(payment.rows.size())];
        if (row.state == 'I')
            tracker.end(payment, row, pick(3) == 0 ? 'S' : 'F');
        else if (payment.undecided() && pick(2) == 0)
            tracker.give_up(payment);
        else if (payment.failed() && pick(2) == 0)
            tracker.attempt(payment);
        else if (!row.seen && tracker.up)
            tracker.learn(payment, row);
    }
    void step() {
        switch (pick(24)) {
        case 0:
            return restart_tracker();
        case 1:
            if (pick(4) == 0)
                kill_sink();
            return;
        case 2:
            if (server_up && pick(3) == 0) {
                server_up = false;
                stream.cut();
                if (stream.messages.size() > 1 && pick(4) == 0)
                    stream.forget(1 + pick(stream.messages.size() - 1)); // its power failed
            }
            return;
        case 3:
        case 4:
            if (!server_up) {
                server_up = true;
                stream.connect();
            }
            return;
        case 5:
            stream.remembers_ids = pick(2) == 0;
            hops_too_large = pick(4) == 0;
            all_too_large = pick(8) == 0;
            trouble = pick(3) == 0 ? 20 : 0;
            return;
        case 6:
            if (!tracker.payments.empty() && pick(4) == 0) {
                const auto which = pick(tracker.payments.size());
                if (tracker.payments[which].status() != Status::in_flight)
                    tracker.erase(which);
            }
            return;
        case 7:
            if (pick(6) == 0) {
                reader->disconnected();
                reader->connected();
            } else if (tracker.up) {
                tracker.read_rows();
            }
            return;
        case 8:
        case 9:
        case 10:
            if (!node.calls.empty())
                compute_answer();
            return;
        case 11:
        case 12:
        case 13:
            if (!answers.empty())
                send_answer();
            return;
        case 14:
        case 15:
        case 16:
        case 17:
            if (!tracker.live.empty())
                notify();
            return;
        case 18:
        case 19:
        case 20:
            if (server_up && stream.waiting() > 0)
                stream.serve_one();
            return;
        default:
            return pay();
        }
    }
    /// All goes well from now on.
    bool settle() {
        trouble = 0;
        hops_too_large = all_too_large = false;
        if (!tracker.up)
            restart_tracker();
        for (auto& payment : tracker.payments) {
            for (auto& row : payment.rows)
                if (row.state == 'I')
                    tracker.end(payment, row, 'S');
            if (payment.undecided())
                tracker.give_up(payment);
        }
        tracker.read_rows();
        if (server_up)
            stream.cut(); // refused messages are tried again at once
        server_up = true;
        stream.connect();
        const auto idle = [&] {
            while (!node.calls.empty() || !answers.empty() || !tracker.live.empty()) {
                if (!tracker.live.empty())
                    notify();
                else if (!answers.empty())
                    send_answer();
                else
                    compute_answer();
                turn();
            }
            stream.serve();
            return sink->status().caught_up && client.in_flight() == 0;
        };
        return unit::until(loop, idle);
    }
    void check_end() {
        for (const auto& payment : tracker.payments)
            if (!is_stored(payment))
                fail("the end is missing: " + payment.text());
        std::map<std::string, std::vector<std::string>> subjects;
        for (const auto& one : stream.messages) {
            const auto& message = one.message;
            if (overtaking || message.subject.ends_with(".deleted"))
                continue;
            auto state = FakeStream::header(message, sink::header::status) + " " +
                         FakeStream::header(message, sink::header::attempts);
            auto& before = subjects[message.subject];
            if (std::find(before.begin(), before.end(), state) != before.end())
                fail("twice: " + message.subject + " " + state);
            if (!before.empty())
                check_order(before.back(), state);
            before.push_back(std::move(state));
        }
    }
    void check_order(const std::string& before, const std::string& after) {
        const auto parse = [](const std::string& text) {
            const auto space = text.find(' ');
            return sink::parse_knowledge(text.substr(0, space), text.substr(space + 1));
        };
        const auto old = parse(before);
        const auto next = parse(after);
        if (!old || !next || (old->status == Status::succeeded && next->status != Status::succeeded))
            return fail("backwards: " + before + " then " + after);
        for (const auto& attempt : next->attempts)
            for (const auto& known : old->attempts)
                if (known.id == attempt.id && known.status != Status::in_flight && attempt.status == Status::in_flight)
                    fail("backwards: " + before + " then " + after);
    }
    [[nodiscard]] std::string story() const {
        std::string all;
        for (const auto& one : stream.messages)
            all += "  " + std::to_string(one.sequence) + " " + one.message.subject.substr(140) + " " +
                   FakeStream::header(one.message, sink::header::status) + " " +
                   FakeStream::header(one.message, sink::header::attempts) + " at " +
                   FakeStream::header(one.message, sink::header::cursor) + "\n";
        return all;
    }
};

std::string run(unsigned seed, const unit::Directory& directory, int steps) {
    World world(seed, directory);
    for (int i = 0; i < steps && world.fault.empty(); ++i) {
        world.step();
        world.turn();
    }
    if (world.fault.empty() && !world.settle())
        world.fail("it does not settle: " + world.sink->status().problem + ", " +
                   std::to_string(world.sink->status().unacknowledged) + " wait, the reader is at " +
                   (world.reader->cursor() ? *world.reader->cursor() : "") + (world.reader->paused() ? " paused" : "") +
                   (world.reader->following() ? " following" : ""));
    if (world.fault.empty())
        world.check_end();
    return world.fault.empty() ? std::string() : world.fault + "\n" + world.story();
}

} // namespace

TEST_CASE("whoever dies when, the stream gets each end once and in order, and no position covers what it lacks") {
    const auto* const first = std::getenv("SEED");
    const auto* const seeds = std::getenv("SEEDS");
    const auto* const steps = std::getenv("STEPS");
    const auto begin = first ? static_cast<unsigned>(std::atoi(first)) : 1U;
    const auto count = seeds ? static_cast<unsigned>(std::atoi(seeds)) : 200U;
    const unit::Directory directory;
    for (auto seed = begin; seed < begin + count; ++seed) {
        CAPTURE(seed);
        CHECK(run(seed, directory, steps ? std::atoi(steps) : 300) == "");
    }
}

} // namespace random_test

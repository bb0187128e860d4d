// A consumer's reader against a model of the node: payments change, the tracker is killed and started again, the socket
// is lost, messages and answers come late and overtake each other. No final state is lost, and no cursor covers what
// was not delivered.
#include "consumer/reader.hpp"
#include "node_at_work.hpp"

#include <algorithm>
#include <map>

namespace stream_reader_target {

namespace {

using consumer::Status;

struct Payment {
    Status status = Status::in_flight;
    std::uint64_t version = 1;
    std::uint64_t changed = 0; ///< position of the last change
};

const char* status_text(Status status) {
    switch (status) {
    case Status::in_flight:
        return "IN_FLIGHT";
    case Status::succeeded:
        return "SUCCEEDED";
    case Status::failed:
        return "FAILED";
    }
    return "";
}

std::string payment_text(std::uint64_t index, const Payment& payment) {
    return R"({"payment_hash":")" + std::string(64, 'a') + R"(","version":")" + std::to_string(payment.version) +
           R"(","status":")" + status_text(payment.status) + R"(","payment_index":")" + std::to_string(index) + R"("})";
}

std::uint64_t version_of(const consumer::Snapshot& payment) {
    const auto text = json::find_member(payment.json, R"("version")");
    return std::stoull(std::string(text.substr(1, text.size() - 2)));
}

std::uint64_t position_of(const std::string& cursor) {
    return std::stoull(cursor.substr(cursor.rfind('.') + 1));
}

/// lightningd's database and the tracker, which publishes only while it runs.
class Node final {
  public:
    explicit Node(fuzz::Choices& choices) : choices_(choices), reports_plugins_(choices.coin()) {}

    std::map<std::uint64_t, Payment> payments;
    struct Message {
        unsigned run;
        std::string topic;
        std::string params;
    };
    std::deque<Message> messages; ///< on their way to the reader
    bool running = false;

    [[nodiscard]] bool reports_plugins() const { return reports_plugins_; }
    [[nodiscard]] std::uint64_t position() const { return position_; }
    [[nodiscard]] unsigned run() const { return run_; }

    void change() {
        const auto index = choices_.below(6);
        auto found = payments.find(index);
        if (found == payments.end())
            found = payments.emplace(index, Payment{}).first;
        else if (found->second.status == Status::succeeded)
            return;
        else
            move_on(found->second);
        auto& payment = found->second;
        payment.changed = ++position_;
        if (running)
            publish(index);
    }
    void start() {
        running = true;
        ++run_;
        report("plugin_started");
        if (choices_.coin())
            for (const auto& [index, payment] : payments)
                if (payment.status == Status::in_flight)
                    publish(index);
    }
    void stop() {
        running = false;
        report("plugin_stopped");
    }
    /// Older cursors are refused from now on.
    void restore_database() {
        ++database_;
        messages.clear(); // the node was stopped for it
    }

    /// The tracker's answer, or its error.
    [[nodiscard]] tl::expected<std::string, rpc::Error> answer(std::optional<std::string_view> since) {
        if (!running)
            return tl::unexpected(rpc::Error{-32601, "Unknown command"});
        if (choices_.below(16) == 15)
            return tl::unexpected(rpc::Error{-1, "try again later"});
        if (!since)
            return in_flight();
        if (!since->starts_with(std::to_string(database_) + "."))
            return tl::unexpected(rpc::Error{-32602, "since: the cursor belongs to another node"});
        return page(position_of(std::string(*since)));
    }

  private:
    void move_on(Payment& payment) {
        ++payment.version;
        const auto to = choices_.below(3);
        if (payment.status == Status::failed || to == 0)
            payment.status = Status::in_flight;
        else
            payment.status = to == 1 ? Status::succeeded : Status::failed;
    }
    /// Behind the position, because rows are read later than they change.
    std::string cursor(std::uint64_t position, std::uint64_t least = 0) {
        const auto behind = choices_.below(4) == 0 ? choices_.below(3) : 0;
        return std::to_string(database_) + ".run" + std::to_string(run_) + "." +
               std::to_string(std::max(least, position - std::min<std::uint64_t>(position, behind)));
    }
    void publish(std::uint64_t index) {
        std::string params = R"({"trackpayments":)" + payment_text(index, payments.at(index)) + R"(,"cursor":")" +
                             cursor(position_) + R"("})";
        if (choices_.coin())
            params = R"({"origin":"trackpayments","payload":)" + params + "}";
        messages.push_back({run_, "trackpayments", std::move(params)});
    }
    void report(const std::string& topic) {
        if (reports_plugins_)
            messages.push_back({run_, topic, "{\"" + topic + R"(":{"plugin_name":"trackpayments","methods":[]}})"});
    }
    std::string in_flight() {
        std::string text;
        for (const auto& [index, payment] : payments)
            if (payment.status == Status::in_flight)
                text += (text.empty() ? "" : ",") + payment_text(index, payment);
        return R"({"payments":[)" + text + R"(],"cursor":")" + cursor(position_) + R"("})";
    }
    std::string page(std::uint64_t since) {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> changed; // position, index
        for (const auto& [index, payment] : payments)
            if (payment.changed > since)
                changed.emplace_back(payment.changed, index);
        std::sort(changed.begin(), changed.end());
        constexpr std::size_t most = 2;
        const bool more = changed.size() > most;
        changed.resize(std::min(changed.size(), most));
        std::string text;
        for (const auto& [position, index] : changed)
            text += (text.empty() ? "" : ",") + payment_text(index, payments.at(index));
        const auto end = more ? std::to_string(database_) + ".run" + std::to_string(run_) + "." +
                                    std::to_string(changed.back().first)
                              : cursor(position_, since);
        return R"({"payments":[)" + text + R"(],"cursor":")" + end + (more ? R"(","more":true})" : R"("})");
    }

    fuzz::Choices& choices_;
    bool reports_plugins_;
    std::uint64_t position_ = 0;
    unsigned run_ = 0;
    unsigned database_ = 0;
};

class Game final : public consumer::Listener {
  public:
    explicit Game(fuzz::Choices& choices) : choices_(choices), node_(choices) {
        client_.start(fake_.path(), [] {});
        while (!client_.up())
            loop_.turn(true);
        settle();
    }

    /// With more steps the same things happen again.
    void play() {
        for (int steps = 0; steps < 24 && !choices_.empty(); ++steps)
            step();
        end();
    }

    void updated(const consumer::Update& update) override {
        auto& newest = delivered_[update.payment->payment_index];
        last_[update.payment->payment_index] = update.payment->json;
        newest = std::max(newest, version_of(*update.payment));
        check_cursor();
    }
    void replaced() override {
        if (begins_) { // the stream begins with this answer
            begin_ = *begins_;
            begins_.reset();
            refused_ = false;
        }
        for (const auto& [index, payment] : reader_.in_flight())
            last_[index] = payment->json;
        check_cursor();
    }
    void state_changed(consumer::State state) override {
        fuzz::require(state != consumer::State::waiting && reader_.cursor(), "an answer comes before each other state");
    }

  private:
    struct Reply {
        unit::Call call;
        tl::expected<std::string, rpc::Error> result;
    };

    void settle() {
        for (int i = 0; i < 2; ++i) // written and read; whoever answers is read after the next step
            loop_.turn(false);
    }

    void step() {
        switch (choices_.below(12)) {
        case 0:
            connected_ ? lose() : connect();
            break;
        case 1:
            node_.running ? kill() : start();
            break;
        case 2:
            if (choices_.below(8) != 7)
                return;
            restore_database();
            break;
        case 3:
            garbage();
            break;
        case 4:
        case 5:
            serve();
            break;
        case 6:
        case 7:
            reply();
            break;
        case 8:
        case 9:
            read_message();
            break;
        default:
            return node_.change();
        }
        settle();
    }

    void connect() {
        connected_ = true;
        reader_.connected();
    }
    /// Calls of a lost connection are never answered.
    void lose() {
        connected_ = false;
        reader_.disconnected();
        fake_.calls.clear();
        replies_.clear();
        begins_.reset();
    }
    void restore_database() {
        if (connected_)
            lose();
        if (node_.running)
            kill();
        node_.restore_database();
    }
    /// Messages of a run may come after answers of the next one, but not later: a restart takes a while.
    void start() {
        while (!node_.messages.empty() && node_.messages.front().run < node_.run())
            read_message();
        node_.start();
    }
    /// lightningd answers the calls that the tracker did not.
    void kill() {
        for (const auto& call : fake_.calls)
            replies_.push_back({call, tl::unexpected(rpc::Error{-4, "Plugin terminated"})});
        fake_.calls.clear();
        node_.stop();
    }
    void garbage() {
        const auto bytes = choices_.take(choices_.below(40));
        rpc::Message message;
        message.method = "trackpayments";
        message.params = fuzz::text_of(bytes.data(), bytes.size());
        reader_.notification(message);
    }
    void serve() {
        if (fake_.calls.empty())
            return;
        const auto call = fake_.calls.front();
        fake_.calls.pop_front();
        const auto params = fuzz::quickly_parsed(call.params);
        fuzz::require(call.method == "trackpayments" && params, "a call of the tracker's command");
        const auto since = fuzz::text_at(*params, "since");
        replies_.push_back({call, node_.answer(since)});
        if (!since && replies_.back().result)
            begins_ = begins();
    }
    /// A table that is asked for without a cursor, or after a refused one, begins the stream.
    [[nodiscard]] std::optional<std::uint64_t> begins() const {
        if (!reader_.cursor() || refused_)
            return node_.position();
        return std::nullopt;
    }
    void reply() {
        if (replies_.empty())
            return;
        const auto [call, result] = replies_.front();
        replies_.pop_front();
        if (result)
            return fake_.answer(call, *result);
        refused_ = refused_ || result.error().code == -32602;
        fake_.refuse(call, result.error());
    }
    void read_message() {
        if (node_.messages.empty())
            return;
        const auto [run, topic, params] = node_.messages.front();
        node_.messages.pop_front();
        rpc::Message message;
        message.method = topic;
        message.params = params;
        reader_.notification(message);
    }

    /// A payment whose last state is final and up to the cursor was delivered, or ended before the stream began. One
    /// that has changed since comes again after the cursor, in its present state.
    void check_cursor() {
        if (!begin_)
            return;
        const auto covered = position_of(*reader_.cursor());
        for (const auto& [index, payment] : node_.payments)
            fuzz::require(payment.status == Status::in_flight || payment.changed <= *begin_ ||
                              payment.changed > covered || delivered_[index] == payment.version,
                          "a cursor covers only delivered final states");
    }

    /// Everything arrives; then the reader has all final states, and the payments in flight.
    void end() {
        if (!node_.running)
            start();
        if (!connected_)
            connect();
        run_dry();
        if (!node_.reports_plugins()) { // it notices a quiet restart after a silence, or with the next message
            lose();
            connect();
            run_dry();
        }
        fuzz::require(reader_.state() == consumer::State::active, "a reader follows a tracker that answers");
        fuzz::require(begin_.has_value(), "an active reader has begun");
        std::size_t in_flight = 0;
        for (const auto& [index, payment] : node_.payments) {
            const auto text = payment_text(index, payment);
            const auto shown = reader_.in_flight().find(index);
            if (payment.status == Status::in_flight) {
                ++in_flight;
                fuzz::require(last_[index] == text, "the last state delivered is that in the table");
                fuzz::require(shown != reader_.in_flight().end() && shown->second->json == text,
                              "the table has each payment in flight in its last state");
            } else if (payment.changed > *begin_) {
                fuzz::require(last_[index] == text, "the last state delivered is the final one");
            }
        }
        fuzz::require(reader_.in_flight().size() == in_flight, "the table has only payments in flight");
    }
    void run_dry() {
        int quiet = 0;
        for (int turns = 0; quiet < 2; ++turns) {
            fuzz::require(turns < 2000, "a reader comes to rest");
            const bool busy = !node_.messages.empty() || !replies_.empty() || !fake_.calls.empty();
            quiet = busy ? 0 : quiet + 1;
            read_message();
            serve();
            reply();
            settle();
        }
    }

    fuzz::Choices& choices_;
    io::Loop loop_;
    unit::FakeLightningd fake_{loop_, fuzz::NodeAtWork::directory()};
    rpc::Client client_{loop_, "consumer", "tag", [](base::LogLevel, const std::string&) {}};
    Node node_;
    consumer::Reader reader_{loop_,
                             client_,
                             [](base::LogLevel, const std::string&) {},
                             *this,
                             {std::chrono::milliseconds(0), std::chrono::milliseconds(0), std::chrono::hours(1)}};
    bool connected_ = false;
    bool refused_ = false; // the next table begins the stream anew
    std::deque<Reply> replies_;
    std::optional<std::uint64_t> begins_; // position of the answer under way that begins the stream
    std::optional<std::uint64_t> begin_;
    std::map<std::uint64_t, std::uint64_t> delivered_; // newest version
    std::map<std::uint64_t, std::string> last_;
};

} // namespace

FUZZ_TARGET(stream_reader) {
    fuzz::Choices choices(data, size);
    Game(choices).play();
    return 0;
}

} // namespace stream_reader_target

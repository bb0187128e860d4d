#include "jetstream/link.hpp"

#include "jetstream/worker.hpp"

#include <utility>

namespace jetstream {

Link::Link(io::Loop& loop, base::Log log, Listener& listener, Pace pace)
    : log_(std::move(log)),
      listener_(listener),
      pace_(pace),
      wakeup_(loop, [this] { reported(); }),
      attempt_timer_(loop),
      later_(loop),
      stop_timer_(loop) {}

Link::~Link() {
    *alive_ = false;
}

tl::expected<void, std::string> Link::start(Options options) {
    auto urls = check_options(options);
    if (!urls)
        return tl::unexpected(urls.error());
    worker_ = std::make_unique<Worker>(std::move(options), std::move(*urls), pace_, [this] { wakeup_.signal(); });
    return {};
}

void Link::stop(std::function<void()> done) {
    stopping_ = true;
    stopped_ = std::move(done);
    if (!worker_) {
        stop_timer_.start(std::chrono::milliseconds(0), [this] { finish(); });
        return;
    }
    worker_->stop();
    if (!status_.connected)
        interrupt_every(std::chrono::milliseconds(20));
    // The look-up of a name cannot be broken off.
    stop_timer_.start(2 * pace_.drain, [this] { finish(); });
}

void Link::finish() {
    stop_timer_.cancel();
    status_.connected = false;
    const auto alive = alive_;
    answer_lost("the connection was closed");
    if (!*alive)
        return;
    if (const auto done = std::exchange(stopped_, nullptr))
        done();
}

Link::Status Link::status() const {
    return status_;
}

std::size_t Link::most_bytes() const {
    return most_bytes_;
}

void Link::refresh_limits() {
    if (status_.connected && !stopping_)
        worker_->call(LimitsCall{session_});
}

std::int64_t Link::created_ns() const {
    return created_ns_;
}

void Link::publish(Message message, std::optional<std::uint64_t> after, Published done) {
    if (status_.connected && !stopping_) {
        publishing_.emplace(next_id_, std::move(done));
        worker_->call(PublishCall{session_, next_id_++, std::move(message), after});
        return;
    }
    without_session_.push_back([done = std::move(done)] {
        done(tl::unexpected(PublishError{PublishError::Kind::lost, "there is no connection"}));
    });
    later_.start(std::chrono::milliseconds(0), [this] { answer_lost("there is no connection"); });
}

void Link::last(std::string subject, Found found) {
    if (status_.connected && !stopping_) {
        looking_.emplace(next_id_, std::move(found));
        worker_->call(LastCall{session_, next_id_++, std::move(subject)});
        return;
    }
    without_session_.push_back(
        [found = std::move(found)] { found(tl::unexpected<std::string>("there is no connection")); });
    later_.start(std::chrono::milliseconds(0), [this] { answer_lost("there is no connection"); });
}

// Only those that wait now: a callback may make new calls.
void Link::answer_lost(const std::string& why) {
    const auto publishing = status_.connected ? decltype(publishing_)() : std::exchange(publishing_, {});
    const auto looking = status_.connected ? decltype(looking_)() : std::exchange(looking_, {});
    const auto without = std::exchange(without_session_, {});
    const auto alive = alive_;
    for (const auto& [id, done] : publishing)
        if (*alive)
            done(tl::unexpected(PublishError{PublishError::Kind::lost, why}));
    for (const auto& [id, found] : looking)
        if (*alive)
            found(tl::unexpected(why));
    for (const auto& answer : without)
        if (*alive)
            answer();
}

void Link::reported() {
    const auto alive = alive_;
    for (const auto& report : worker_->take_reports()) {
        std::visit([this](const auto& one) { deliver(one); }, report);
        if (!*alive)
            return;
    }
}

void Link::deliver(const PublishReport& report) {
    auto found = publishing_.extract(report.id);
    if (!found)
        return;
    if (report.result)
        works();
    found.mapped()(report.result);
}

void Link::deliver(const LastReport& report) {
    auto found = looking_.extract(report.id);
    if (!found)
        return;
    if (!refused_) // else only an acknowledgement shows that it is over
        works();
    found.mapped()(report.message);
}

void Link::deliver(const LimitsReport& report) {
    most_bytes_ = report.most_bytes;
    created_ns_ = report.created_ns;
}

void Link::deliver(const TryingReport& report) {
    status_.server = report.server;
    if (!stopping_)
        interrupt_every(pace_.attempt);
}

// Again: it may come just before a call that blocks.
void Link::interrupt_every(std::chrono::milliseconds time) {
    attempt_timer_.start(time, [this, time] {
        worker_->interrupt();
        interrupt_every(time);
    });
}

void Link::deliver(const OpenedReport& report) {
    attempt_timer_.cancel();
    ++session_;
    if (stopping_)
        return;
    most_bytes_ = report.most_bytes;
    created_ns_ = report.created_ns;
    status_.connected = true;
    status_.differences = report.differences;
    if (!refused_)
        status_.problem.clear();
    for (const auto& difference : report.differences)
        if (logged_differences_.insert(difference).second)
            log_(base::LogLevel::unusual, difference);
    listener_.ready();
}

void Link::deliver(const EndedReport& report) {
    attempt_timer_.cancel();
    if (stopping_)
        return;
    status_.problem = report.problem;
    refused_ = report.refused;
    // A connection that was lost is made again first: why that fails says more, and if it works there is no need to say
    // anything. Not twice, though.
    const bool wait = status_.connected && !report.refused && !std::exchange(unlogged_loss_, true);
    if (!wait && !std::exchange(logged_, true))
        log_(base::LogLevel::unusual, "not publishing: " + report.problem + "; trying again");
    if (!std::exchange(status_.connected, false))
        return;
    const auto alive = alive_;
    answer_lost(report.problem);
    if (*alive)
        listener_.lost();
}

void Link::deliver(const StoppedReport&) {
    attempt_timer_.cancel();
    if (stopping_)
        finish();
}

void Link::works() {
    status_.problem.clear();
    refused_ = unlogged_loss_ = false;
    if (std::exchange(logged_, false))
        log_(base::LogLevel::info, "publishing again");
}

} // namespace jetstream

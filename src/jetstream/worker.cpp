#include "jetstream/worker.hpp"

#include "jetstream/library.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>

#include <nats/nats.h>

namespace jetstream {

namespace {

// Ignored unless somebody handles it, so one that comes late does no harm.
constexpr int interruption = SIGURG;

void handle_interruption() {
    struct sigaction action {};
    action.sa_handler = [](int) {}; // without SA_RESTART: the system call ends with EINTR
    sigemptyset(&action.sa_mask);
    (void)sigaction(interruption, &action, nullptr); // fails only for unknown signals
}

// A session that ends before it has worked for this long, or has worked and was not refused anything, is a failed
// attempt.
constexpr auto lasting = std::chrono::seconds(30);

} // namespace

Worker::Worker(Options options, std::vector<ServerUrl> urls, Pace pace, std::function<void()> wake)
    : options_(std::move(options)), urls_(std::move(urls)), pace_(pace), wake_(std::move(wake)) {
    prepare_library();
    handle_interruption();
    thread_ = std::thread([this] { run(); });
}

Worker::~Worker() {
    stop();
    {
        std::unique_lock lock(mutex_);
        // Again and again: it may come just before a call that blocks.
        do
            interrupt();
        while (!changed_.wait_for(lock, std::chrono::milliseconds(50), [&] { return finished_; }));
    }
    thread_.join();
}

void Worker::call(Call call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    changed_.notify_all();
}

std::vector<Report> Worker::take_reports() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reports_, {});
}

void Worker::stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
}

void Worker::interrupt() {
    attempt_.break_off(); // first: else a handshake ends for another reason than this
    (void)pthread_kill(thread_.native_handle(), interruption);
}

void Worker::answered(std::uint64_t id, tl::expected<Ack, PublishError> result) {
    const bool works = result.has_value();
    report(PublishReport{id, std::move(result)});
    const std::lock_guard lock(mutex_);
    worked_ = worked_ || works;
}

void Worker::changed() {
    const std::lock_guard lock(mutex_);
    news_ = true;
    changed_.notify_all();
}

void Worker::report(Report report) {
    {
        const std::lock_guard lock(mutex_);
        reports_.push_back(std::move(report));
    }
    wake_();
}

bool Worker::stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

bool Worker::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [&] { return stopping_; });
}

void Worker::run() {
    auto pause_time = pace_.first_pause;
    while (!stopping()) {
        if (const auto session = connect()) {
            const auto begin = Session::Clock::now();
            const auto problem = serve(*session);
            if (stopping())
                break;
            refused_ = problem.refused;
            report(EndedReport{problem.text, problem.refused});
            const std::lock_guard lock(mutex_);
            // A stream that takes some messages and refuses one for ever is asked seldom.
            if ((worked_ && !problem.refused) || Session::Clock::now() - begin >= lasting)
                pause_time = pace_.first_pause;
        }
        if (!pause(pause_time))
            break;
        pause_time = std::min(2 * pause_time, pace_.longest_pause);
    }
    report(StoppedReport{});
    nats_ReleaseThreadMemory();
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
}

std::unique_ptr<Session> Worker::connect() {
    std::string problems;
    for (std::size_t tried = 0; tried < urls_.size() && !stopping(); ++tried) {
        const auto& url = urls_[next_url_];
        next_url_ = (next_url_ + 1) % urls_.size();
        report(TryingReport{write_url(url)});
        auto session = Session::open(options_, url, pace_.answer, *this, attempt_);
        if (session) {
            ++session_;
            {
                const std::lock_guard lock(mutex_);
                calls_.clear(); // of the last session
                worked_ = news_ = false;
            }
            report(OpenedReport{(*session)->most_bytes(), (*session)->created_ns(), (*session)->differences()});
            return std::move(*session);
        }
        if (problems.find(session.error()) == std::string::npos)
            problems += (problems.empty() ? "" : "; ") + session.error();
    }
    if (!stopping())
        report(EndedReport{problems, false});
    return nullptr;
}

Session::Problem Worker::serve(Session& session) {
    for (;;) {
        if (auto problem = session.problem())
            return *problem;
        std::deque<Call> calls;
        bool stop = false;
        {
            std::unique_lock lock(mutex_);
            // Not for ever: an acknowledgement may not come.
            changed_.wait_for(lock, pace_.answer / 10, [&] { return stopping_ || news_ || !calls_.empty(); });
            news_ = false;
            calls.swap(calls_);
            stop = stopping_;
        }
        for (const auto& call : calls)
            if (!perform(session, call))
                break;
        if (stop) {
            drain(session);
            return {};
        }
    }
}

bool Worker::perform(Session& session, const Call& call) {
    if (session.problem())
        return false;
    if (const auto* message = std::get_if<PublishCall>(&call)) {
        if (message->session == session_)
            session.publish(message->id, message->message, message->after);
    } else if (const auto* look = std::get_if<LastCall>(&call); look != nullptr && look->session == session_) {
        auto found = session.last(look->subject);
        if (!found)
            return false;
        report(LastReport{look->id, std::move(*found)});
        const std::lock_guard lock(mutex_);
        worked_ = worked_ || !refused_;
    } else if (const auto* limits = std::get_if<LimitsCall>(&call); limits != nullptr && limits->session == session_) {
        if (!session.refresh_limits())
            return false;
        report(LimitsReport{session.most_bytes(), session.created_ns()});
    }
    return true;
}

void Worker::drain(Session& session) {
    const auto end = Session::Clock::now() + pace_.drain;
    while (session.unacknowledged() > 0 && !session.problem() && Session::Clock::now() < end) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, end, [&] { return news_; });
        news_ = false;
    }
}

} // namespace jetstream

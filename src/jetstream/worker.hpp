// The thread that makes libnats' blocking calls: connects for ever, and serves calls while a session lasts.
#pragma once

#include "jetstream/options.hpp"
#include "jetstream/pace.hpp"
#include "jetstream/report.hpp"
#include "jetstream/session.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace jetstream {

class Worker final : Session::Observer {
  public:
    /// Starts. `wake` is called on any thread when there are reports.
    Worker(Options options, std::vector<ServerUrl> urls, Pace pace, std::function<void()> wake);
    /// Stops, and waits for the thread.
    ~Worker() override;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void call(Call call);
    [[nodiscard]] std::vector<Report> take_reports();
    /// Waits for acknowledgements of what was sent, Pace::drain at most; then StoppedReport comes.
    void stop();
    /// Breaks off an attempt to connect: once a server has greeted, libnats has no limit of its own. It would end a
    /// system call of a session too.
    void interrupt();

  private:
    void answered(std::uint64_t id, tl::expected<Ack, PublishError> result) override;
    void changed() override;

    void run();
    std::unique_ptr<Session> connect();
    Session::Problem serve(Session& session);
    bool perform(Session& session, const Call& call);
    void drain(Session& session);
    bool pause(std::chrono::milliseconds time);
    void report(Report report);
    bool stopping();

    const Options options_;
    const std::vector<ServerUrl> urls_;
    const Pace pace_;
    const std::function<void()> wake_;
    Attempt attempt_;
    std::size_t next_url_ = 0;
    std::uint64_t session_ = 0;
    bool refused_ = false; // the last session ended because the stream refused something

    std::mutex mutex_; // of what follows
    std::condition_variable changed_;
    std::deque<Call> calls_;
    std::vector<Report> reports_;
    bool stopping_ = false;
    bool worked_ = false; // in this session: an acknowledgement; or an answer, if none was refused before
    bool news_ = false;   // the session has changed
    bool finished_ = false;

    std::thread thread_; // last: it uses all the others
};

} // namespace jetstream

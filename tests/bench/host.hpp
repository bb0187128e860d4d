// lightningd as one plugin sees it: two pipes and a socket. Counts the plugin's messages, and knows when the plugin is
// idle: when a request behind all others is answered and no further call came.
#pragma once

#include "../unit/directory.hpp"
#include "node.hpp"
#include "process.hpp"

namespace bench {

/// Messages of the plugin by kind.
struct Received {
    std::size_t messages = 0;
    std::size_t bytes = 0;
    std::size_t in_flight = 0; ///< of the topic trackpayments
    std::size_t succeeded = 0;
    std::size_t failed = 0;
    std::size_t final = 0; ///< of the topic trackpayments_final
    std::size_t continues = 0;
    std::size_t logs = 0;
};

class Host final {
  public:
    /// `turn`: runs a plugin in this very thread; null for a process.
    Host(Ends ends, Node& node, std::function<void()> turn = nullptr);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    /// getmanifest and init; returns when the plugin has made all its calls.
    void begin(bool startup = false);
    void feed(std::string_view bytes) { to_ += bytes; }
    /// Returns when all input so far was read and answered.
    void sync();
    /// The same, and all that followed from it.
    void settle();
    /// Does all that can be done now, or waits this long for something to do.
    void pump(std::int64_t patience_ns = 100'000'000);

    /// True while the plugin has not taken all input.
    [[nodiscard]] bool writing() const { return !to_.empty() || !answers_.empty(); }

    Received received;
    /// Called with each message.
    std::function<void(std::string_view)> on_message;
    [[nodiscard]] std::string directory() const { return directory_.path; }

  private:
    void accept_one();
    bool read_into(std::string& bytes, int descriptor);
    void read_plugin();
    void read_call();
    void count(std::string_view message);
    void write_some(int descriptor, std::string& bytes, std::size_t& written);

    Ends ends_;
    Node& node_;
    std::string buffer_ = std::string(256UL * 1024, '\0');
    std::function<void()> turn_;
    unit::Directory directory_;
    int listener_ = -1;
    int socket_ = -1;
    std::string to_; // to stdin
    std::size_t to_written_ = 0;
    std::string from_; // of stdout, incomplete
    std::string answers_;
    std::size_t answers_written_ = 0;
    std::string calls_; // incomplete
    std::int64_t last_event_ = now_ns();
    std::size_t asked_ = 0;
    std::size_t answered_ = 0;
};

} // namespace bench

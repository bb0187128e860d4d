// lightningd as trackpayments-lnd sees it: a pipe with the tracker's topic, and a socket that answers its few calls.
// Every rune is valid, and no payment is in flight.
#pragma once

#include "../unit/directory.hpp"
#include "poller.hpp"

#include <string>
#include <string_view>

namespace bench {

class LndNode final {
  public:
    /// Starts the program; returns when it serves. `cursor`: of the tracker, whose messages follow.
    LndNode(const std::string& program, Poller& poller, std::string cursor);
    ~LndNode();
    LndNode(const LndNode&) = delete;
    LndNode& operator=(const LndNode&) = delete;

    /// Sent as the program reads.
    void feed(std::string_view bytes);
    /// True while the program has not taken all input.
    [[nodiscard]] bool writing() const { return written_ < to_.size(); }
    /// Returns when the program has read and handled all input so far.
    void sync();

    [[nodiscard]] const Child& child() const { return child_; }
    /// A log line of level `unusual` with this text is no error.
    void allow_log(std::string text) { allowed_log_ = std::move(text); }
    /// Where its certificate and key are.
    [[nodiscard]] std::string tls_folder() const { return directory_.path.string() + "/trackpayments-lnd"; }
    /// On loopback, of gRPC.
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    void begin();
    void accept_one();
    void read_program();
    void read_calls();
    void write_some();
    void message(std::string_view text);
    void call(std::string_view text);
    [[nodiscard]] std::string result_of(const std::string& method) const;

    Poller& poller_;
    const std::string cursor_;
    std::string allowed_log_;
    unit::Directory directory_;
    Child child_;
    int listener_ = -1;
    int socket_ = -1;
    std::string to_; // to stdin
    std::size_t written_ = 0;
    std::string from_;  // of stdout, incomplete
    std::string calls_; // incomplete
    std::size_t asked_ = 0;
    std::size_t answered_ = 0;
    bool active_ = false;
    std::uint16_t port_ = 0;
};

/// A rune in form; lightningd's answer makes it valid.
[[nodiscard]] std::string rune();

} // namespace bench

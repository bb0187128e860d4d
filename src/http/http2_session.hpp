// An HTTP/2 connection (RFC 9113) on nghttp2. nghttp2 asks for an answer's body when the client's windows allow; so a
// slow client costs no memory here. nghttp2 limits continuations and settings itself; the other limits are below, and
// in FrameBudget.
#pragma once

#include "http/frame_budget.hpp"
#include "http/http2_frame_scanner.hpp"
#include "http/session.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

struct nghttp2_session;

namespace http {

class Http2Session final : public Session {
  public:
    static constexpr std::uint32_t most_streams = 100;
    /// The most bytes of all requests of a connection together, as headers and bodies are counted.
    static constexpr std::size_t most_held = 256UL * 1024;
    /// A client that asks for so many frames without reading one is disconnected.
    static constexpr std::size_t most_frames_owed = 1000;

    explicit Http2Session(SessionOwner owner);
    Http2Session(const Http2Session&) = delete;
    Http2Session& operator=(const Http2Session&) = delete;
    ~Http2Session() override;

    void receive(std::string_view bytes) override;
    void send(std::string& out, std::size_t most) override;
    void proceed() override {}
    void stop() override;
    void stop_guessing() override;
    void end_slow_requests() override;
    bool ping() override;

    [[nodiscard]] std::size_t exchanges() const override { return answering_; }
    [[nodiscard]] std::size_t requests() const override { return requests_; }
    [[nodiscard]] std::size_t incomplete() const override;
    [[nodiscard]] std::size_t permitted() const override { return permitted_; }
    [[nodiscard]] std::string_view fault() const override { return fault_; }
    [[nodiscard]] bool full() const override { return false; }
    [[nodiscard]] bool finished() const override;

  private:
    class OneExchange;
    struct Callbacks;

    OneExchange* find_exchange(std::int32_t stream);
    int add_header(OneExchange& exchange, std::string_view name, std::string_view value);
    void add_body(OneExchange& exchange, std::string_view bytes);
    bool hold(OneExchange& exchange, std::size_t bytes);
    void dispatch(OneExchange& exchange);
    void submit(OneExchange& exchange, int status, const Headers& headers, bool with_body);
    void charge(const FrameHead& frame);
    void give_up(std::string_view fault);
    void reset(std::int32_t stream, std::uint32_t error);
    void go_away(std::uint32_t error);
    void closed(std::int32_t stream);
    void release_closed();

    SessionOwner owner_;
    std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)> session_;
    std::map<std::int32_t, std::unique_ptr<OneExchange>> exchanges_; // by stream
    std::vector<std::unique_ptr<OneExchange>> closed_;               // nghttp2 may be calling them
    std::vector<std::int32_t> resumed_;                              // streams whose answers have more
    std::size_t held_ = 0;                                           // bytes of requests
    std::size_t answering_ = 0;
    std::size_t requests_ = 0;
    std::size_t permitted_ = 0;
    FrameBudget budget_;
    std::size_t block_bytes_ = 0; // of the headers being read
    FrameScanner scanner_;
    std::uint8_t last_frame_ = 0; // its type
    const char* flood_ = "";      // what it is, if there are too many
    std::string_view fault_;      // a literal
    bool stopped_ = false;        // stop()
    bool stopping_ = false;       // takes no more requests

    bool broken_ = false; // nothing can be sent any more
};

} // namespace http

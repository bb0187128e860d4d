// A lightningd made of answers: a unix socket that shows each call to the test and says what the test tells it to.
#pragma once

#include "../until.hpp"
#include "cln/lightningd.hpp"
#include "cln/row_text.hpp"
#include "rpc/write.hpp"

#include <filesystem>

#include <unistd.h>

namespace unit {

class Node final : private rpc::Connection::Handler {
  public:
    struct Call {
        std::string id;
        std::string method;
        json::Tree params;
    };

    explicit Node(io::Loop& loop)
        : path_(std::filesystem::temp_directory_path() /
                ("unit-node-" + std::to_string(getpid()) + "-" + std::to_string(++made_))),
          loop_(loop),
          client_(std::make_unique<rpc::Client>(
              loop, "trackpayments", "tag",
              [this](base::LogLevel, const std::string& words) { log.push_back(words); })),
          lightningd(*client_, [this](base::LogLevel, const std::string& words) { log.push_back(words); }) {
        uv_pipe_init(loop.raw(), &listener_, 0);
        listener_.data = this;
        uv_pipe_bind(&listener_, path_.c_str());
        uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), 8, [](uv_stream_t* stream, int) {
            auto* self = static_cast<Node*>(stream->data);
            rpc::Connection::Handler& handler = *self;
            self->connection_ = std::make_unique<rpc::Connection>(io::Stream::accept(stream), handler);
            self->connection_->start();
        });
        client_->start(path_, [] {});
        connected_ = until(loop, [&] { return client_->up() && connection_; });
    }
    ~Node() override {
        client_.reset(); // whoever waited for its answers is gone by now
        uv_close(reinterpret_cast<uv_handle_t*>(&listener_), nullptr);
        connection_.reset();
        settle(loop_);
        std::filesystem::remove(path_);
    }

    [[nodiscard]] bool connected() const { return connected_; }
    /// Waits for the next call.
    Call next() {
        if (!until(loop_, [&] { return !calls_.empty(); }))
            return {};
        Call call = calls_.front();
        calls_.erase(calls_.begin());
        return call;
    }
    [[nodiscard]] bool quiet() {
        settle(loop_);
        return calls_.empty();
    }
    void answer(const Call& call, const std::string& result) {
        connection_->send(rpc::result(call.id, result));
        settle(loop_);
    }
    void refuse(const Call& call, const rpc::Error& error) {
        connection_->send(rpc::error(call.id, error));
        settle(loop_);
    }
    /// `error` as raw JSON.
    void refuse_raw(const Call& call, const std::string& error) {
        connection_->send(R"({"jsonrpc":"2.0","id":)" + call.id + R"(,"error":)" + error + "}");
        settle(loop_);
    }
    void hang_up() {
        connection_.reset();
        settle(loop_);
    }

    std::vector<std::string> log;

  private:
    void read(std::span<const rpc::Message> messages) override {
        for (const auto& message : messages)
            calls_.push_back({std::string(message.id), std::string(message.method), *json::parse(message.params)});
    }
    void skipped(const rpc::Message&, const std::string&) override {}
    void closed(const std::string&) override {}

    static inline int made_ = 0;
    std::string path_;
    io::Loop& loop_;
    uv_pipe_t listener_{};
    std::unique_ptr<rpc::Connection> connection_;
    bool connected_ = false;
    std::vector<Call> calls_;
    std::unique_ptr<rpc::Client> client_;

  public:
    cln::Lightningd lightningd;
};

/// `{"payments": […]}` of these rows, as lightningd writes them.
inline std::string listing(const std::vector<payments::Row>& rows) {
    json::Tree list = json::Tree::array();
    for (const auto& row : rows) {
        auto part = payments::Part::of(row);
        part.merge(row);
        list.push_back(*json::parse(cln::RowText::of(row.key, part, row.invoice).json()));
    }
    return json::dump({{"payments", list}});
}

} // namespace unit

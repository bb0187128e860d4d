// The request of a connection that has one at a time (HTTP/1.1, WebSocket), and its answer: what these protocols do
// alike. Used by their sessions only.
#pragma once

#include "http/session.hpp"

#include <memory>
#include <utility>

namespace http {

class OnlyExchange : public Exchange {
  public:
    /// `owner` must outlive it.
    OnlyExchange(const SessionOwner& owner, Request&& request) : request_(std::move(request)), owner_(owner) {
        request_.peer = owner.peer;
    }

    [[nodiscard]] const Request& request() const override { return request_; }
    void resume() override {
        waiting_ = false;
        if (responded_)
            owner_.wake();
    }
    void permitted() override {
        if (!std::exchange(permitted_, true))
            owner_.permitted();
    }
    void refused() override {
        if (!std::exchange(refused_, true))
            owner_.refused();
    }
    [[nodiscard]] bool slowed() const override { return owner_.slowed(); }

    Request request_;
    std::unique_ptr<Answer> answer_;
    bool responded_ = false;
    bool waiting_ = false; // for resume()
    bool ended_ = false;   // the body is complete
    bool permitted_ = false;
    bool refused_ = false;

  protected:
    ~OnlyExchange() = default;
    const SessionOwner& owner_;
};

} // namespace http

#include "rpc_socket.hpp"

#include "node.hpp"
#include "utf8.hpp"

#include "json/members.hpp"
#include "rpc/connection.hpp"
#include "rpc/write.hpp"

#include <algorithm>

#include <unistd.h>

namespace standin {

namespace {

/// A connection with this much unread output is no longer read from.
constexpr std::size_t too_much_unread = 1024 * 1024;

std::string_view jsonrpc_of(std::string_view object) {
    json::ObjectScanner members(object);
    while (const auto member = members.next())
        if (member->key == "\"jsonrpc\"")
            return member->value;
    return {};
}

} // namespace

class RpcSocket::Client final : public rpc::Connection::Handler, public std::enable_shared_from_this<Client> {
  public:
    Client(Node& node, RpcSocket& socket, std::unique_ptr<io::Stream> stream)
        : node_(node),
          socket_(socket),
          connection_(
              std::make_unique<rpc::Connection>(std::move(stream), static_cast<rpc::Connection::Handler&>(*this))) {}

    void start() { connection_->start(); }
    void write(const std::string& text) {
        if (!connection_)
            return;
        connection_->send(text);
        if (paused_ || connection_->out().queued_bytes() < too_much_unread)
            return;
        paused_ = true;
        connection_->in().stop_reading();
        connection_->out().when_drained([this] {
            paused_ = false;
            connection_->start();
        });
    }
    /// May be called inside its own callbacks.
    void hang_up() {
        if (!connection_)
            return;
        connection_->in().stop_reading();
        auto dying = std::shared_ptr<rpc::Connection>(std::move(connection_));
        node_.schedule.later([dying] {});
        socket_.remove(*this);
    }
    void when_drained(std::function<void()> drained) {
        if (connection_)
            connection_->out().when_drained(std::move(drained));
        else
            drained();
    }

    void read(std::span<const rpc::Message> messages) override {
        for (const auto& each : messages)
            message(each);
    }
    void skipped(const rpc::Message&, const std::string& reason) override {
        if (connection_)
            malformed("Failed to parse RPC JSON response: " + reason);
    }
    void closed(const std::string&) override { hang_up(); }

  private:
    void message(const rpc::Message& message) {
        if (!connection_)
            return;
        if (message.id.empty() || message.id.front() == '{' || message.id.front() == '[')
            return malformed(message.id.empty() ? "No id" : "Expected string/primitive for id");
        if (jsonrpc_of(message.whole) != "\"2.0\"")
            return malformed("jsonrpc: \"2.0\" must be specified in the request");
        if (!is_utf8(message.whole))
            return malformed("Failed to parse RPC JSON response '" + std::string(message.whole) + "'");
        const auto request = std::make_shared<Request>(std::string(message.whole), std::string(message.id));
        request->notifications = notifications_;
        // The command goes on when its client hangs up; then its answer is dropped.
        request->done = [weak = weak_from_this()](Request& answered, const Reply& reply) {
            if (const auto client = weak.lock())
                client->write(!reply.whole.empty()
                                  ? reply.whole
                                  : R"({"jsonrpc":"2.0","id":)" + answered.id +
                                        (reply.ok ? ",\"result\":" : ",\"error\":") + reply.body + "}\n\n");
        };
        request->notify = [weak = weak_from_this()](const std::string& text) {
            if (const auto client = weak.lock())
                client->write(text);
        };
        if (message.method == "notifications")
            return enable_notifications(*request);
        node_.commands.begin(request);
    }
    void malformed(const std::string& why) {
        connection_->send(rpc::error("null", {rpc::invalid_request, why}));
        connection_->in().stop_reading();
        connection_->out().when_drained([this] { hang_up(); });
    }
    void enable_notifications(Request& request) {
        const auto params = json::parse(request.message.params);
        const json::Tree enable = !params                                             ? json::Tree()
                                  : params->is_array() && !params->empty()            ? (*params)[0]
                                  : params->is_object() && params->contains("enable") ? (*params)["enable"]
                                                                                      : json::Tree();
        if (enable.is_null())
            return fail(request, rpc::invalid_params, "missing required parameter: enable");
        if (!enable.is_boolean() && enable != "true" && enable != "false")
            return fail(request, rpc::invalid_params,
                        "enable: should be 'true' or 'false': invalid token '" + json::dump(enable) + "'");
        notifications_ = enable == true || enable == "true";
        succeed(request, "{}");
    }

    Node& node_;
    RpcSocket& socket_;
    std::unique_ptr<rpc::Connection> connection_;
    bool notifications_ = false;
    bool paused_ = false;
};

RpcSocket::RpcSocket(Node& node) : node_(node) {}

RpcSocket::~RpcSocket() = default;

std::string RpcSocket::listen(const std::string& path) {
    path_ = path;
    ::unlink(path.c_str());
    listener_ = new uv_pipe_t;
    uv_pipe_init(node_.loop.raw(), listener_, 0);
    listener_->data = this;
    int rc = uv_pipe_bind(listener_, path.c_str());
    if (rc == 0)
        rc = uv_listen(reinterpret_cast<uv_stream_t*>(listener_), 128, [](uv_stream_t* listener, int status) {
            if (status == 0)
                static_cast<RpcSocket*>(listener->data)->accept();
        });
    return rc < 0 ? uv_strerror(rc) : "";
}

void RpcSocket::accept() {
    if (auto stream = io::Stream::accept(reinterpret_cast<uv_stream_t*>(listener_)))
        clients_.emplace_back(std::make_shared<Client>(node_, *this, std::move(stream)))->start();
}

void RpcSocket::stop_listening() {
    if (listener_)
        uv_close(reinterpret_cast<uv_handle_t*>(listener_),
                 [](uv_handle_t* handle) { delete reinterpret_cast<uv_pipe_t*>(handle); });
    listener_ = nullptr;
    ::unlink(path_.c_str());
}

void RpcSocket::remove(const Client& client) {
    const auto at = std::find_if(clients_.begin(), clients_.end(), [&](const auto& c) { return c.get() == &client; });
    if (at == clients_.end())
        return;
    const auto dying = *at;
    clients_.erase(at);
    node_.schedule.later([dying] {});
}

void RpcSocket::close_all() {
    for (const auto& client : std::vector(clients_))
        client->hang_up();
}

void RpcSocket::inject(const std::string& bytes) {
    for (const auto& client : clients_)
        client->write(bytes);
}

void RpcSocket::when_drained(std::function<void()> drained) {
    const auto left = std::make_shared<std::size_t>(clients_.size() + 1);
    const auto one_less = [left, drained = std::move(drained)] {
        if (--*left == 0)
            drained();
    };
    for (const auto& client : std::vector(clients_))
        client->when_drained(one_less);
    one_less();
}

} // namespace standin

// The unix socket `lightning-rpc` (src/cln/README.md, "RPC socket"): connections, their requests to Commands and the
// replies in any order. Knows no command.
#pragma once

#include "request.hpp"

#include <memory>
#include <string>
#include <vector>

#include <uv.h>

namespace standin {

struct Node;

class RpcSocket final {
  public:
    explicit RpcSocket(Node& node);
    ~RpcSocket();

    /// The reason, if it cannot listen.
    [[nodiscard]] std::string listen(const std::string& path);
    /// New connections are refused; those that exist stay.
    void stop_listening();
    void close_all();
    /// Writes these bytes to every connection (a fault of README.md).
    void inject(const std::string& bytes);
    /// Calls `drained` when the kernel has every reply written so far.
    void when_drained(std::function<void()> drained);

  private:
    class Client;
    void accept();
    void remove(const Client& client);

    Node& node_;
    std::string path_;
    uv_pipe_t* listener_ = nullptr; // freed in its close callback
    std::vector<std::shared_ptr<Client>> clients_;
};

} // namespace standin

#include "child.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

namespace standin {

namespace {

struct Process {
    uv_process_t handle{};
    std::function<void()> on_exit;
};

} // namespace

tl::expected<Child, std::string> start_child(io::Loop& loop, const std::vector<std::string>& argv,
                                             const std::string& cwd,
                                             const std::vector<std::pair<std::string, std::string>>& env,
                                             std::function<void()> on_exit) {
    int in[2];
    int out[2];
    // Close-on-exec: another plugin with one of our ends would keep this one from its EOF.
    if (::pipe2(in, O_CLOEXEC) < 0 || ::pipe2(out, O_CLOEXEC) < 0)
        return tl::unexpected(std::string(std::strerror(errno)));
    for (const auto& [name, value] : env)
        ::setenv(name.c_str(), value.c_str(), 1);

    std::vector<char*> arguments;
    for (const auto& argument : argv)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    uv_stdio_container_t stdio[3];
    stdio[0].flags = UV_INHERIT_FD;
    stdio[0].data.fd = in[0];
    stdio[1].flags = UV_INHERIT_FD;
    stdio[1].data.fd = out[1];
    stdio[2].flags = UV_INHERIT_FD;
    stdio[2].data.fd = 2;
    uv_process_options_t options{};
    options.file = arguments.front();
    options.args = arguments.data();
    options.cwd = cwd.c_str();
    options.stdio_count = 3;
    options.stdio = stdio;
    options.exit_cb = [](uv_process_t* handle, std::int64_t, int) {
        auto* process = static_cast<Process*>(handle->data);
        if (process->on_exit)
            process->on_exit();
        uv_close(reinterpret_cast<uv_handle_t*>(handle),
                 [](uv_handle_t* closed) { delete static_cast<Process*>(closed->data); });
    };
    auto process = std::make_unique<Process>();
    process->handle.data = process.get();
    process->on_exit = std::move(on_exit);
    Process* started = process.release(); // freed in the close callback
    const int rc = uv_spawn(loop.raw(), &started->handle, &options);
    ::close(in[0]);
    ::close(out[1]);
    if (rc < 0) {
        ::close(in[1]);
        ::close(out[0]);
        uv_close(reinterpret_cast<uv_handle_t*>(&started->handle),
                 [](uv_handle_t* closed) { delete static_cast<Process*>(closed->data); });
        return tl::unexpected(std::string(uv_strerror(rc)));
    }
    return Child{started->handle.pid, in[1], out[0]};
}

} // namespace standin

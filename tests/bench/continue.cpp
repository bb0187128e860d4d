// The least that a plugin with the hook rpc_command can do: finds the id of each request and answers `continue`.
#include <string>
#include <string_view>

#include <unistd.h>

int main() {
    constexpr std::string_view name = "\"id\":\"";
    std::string in;
    char buffer[64 * 1024];
    for (ssize_t got = 0; (got = read(STDIN_FILENO, buffer, sizeof buffer)) > 0;) {
        in.append(buffer, static_cast<std::size_t>(got));
        std::string out;
        std::size_t begin = 0;
        for (auto end = in.find("\n\n"); end != std::string::npos; end = in.find("\n\n", begin)) {
            const auto at = in.find(name, begin) + name.size();
            out += R"({"jsonrpc":"2.0","id":")" + in.substr(at, in.find('"', at) - at) +
                   R"(","result":{"result":"continue"}})"
                   "\n\n";
            begin = end + 2;
        }
        in.erase(0, begin);
        if (write(STDOUT_FILENO, out.data(), out.size()) != static_cast<ssize_t>(out.size()))
            return 1;
    }
    return 0;
}

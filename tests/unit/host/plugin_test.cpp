// A plugin as a program: commands, init, check, setconfig, hook requests, and its end.
#include "host/plugin.hpp"

#include "directory.hpp"
#include "listener.hpp"
#include "until.hpp"
#include "x_options.hpp"

#include <array>
#include <filesystem>
#include <stdexcept>

#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace plugin_test {

using Texts = std::vector<std::string>;

namespace {

using x_options::options;
using x_options::wait;
constexpr std::array<cln::Param, 1> echo_params{{{"text", true}}};
constexpr host::CommandSpec echo{.name = "echo", .params = echo_params, .description = "Says it", .category = "x"};
constexpr host::CommandSpec taken{.name = "taken", .params = {}, .description = "", .category = "x", .built_in = true};

/// A program that records its calls.
class Program final : public host::Plugin {
  public:
    Program(io::Loop& loop, host::Pipes pipes, const host::Parent& parent)
        : host::Plugin(loop, std::move(pipes), parent,
                       {.name = "x",
                        .options = options,
                        .commands = {{echo, [this](const host::Request& request) { serve(request); }, check},
                                     {taken, [this](const host::Request& request) { reply(request.id, "7"); }, check}},
                        .subscriptions = {{"news"}, {"shutdown"}},
                        .hooks = {{"rpc_command"}}}) {}

    Texts events;

  private:
    void serve(const host::Request& request) {
        reply(request.id, json::dump(request.params) + std::string(request.filter));
    }
    static std::optional<rpc::Error> check(const json::Tree& params) {
        if (params.contains("text"))
            return std::nullopt;
        return rpc::Error{rpc::invalid_params, "missing required parameter: text"};
    }
    std::optional<std::string> cannot_run(const host::Settings& settings) const override {
        return settings.of(wait) == 13 ? std::optional<std::string>("13 seconds bring bad luck") : std::nullopt;
    }
    void configure(const host::Settings& settings) override {
        events.push_back("wait " + std::to_string(settings.of(wait)));
    }
    void started(const host::Init& init) override {
        events.push_back(init.startup ? "startup" : "started");
        connect(init);
    }
    void connected() override { events.emplace_back("connected"); }
    void hook(const rpc::Message& request) override {
        events.push_back("hook " + std::string(request.params));
        reply_to_hook(request.id, R"({"result":"continue"})");
    }
    void notification(const rpc::Message& message) override {
        events.push_back("notification " + std::string(message.method));
    }
    void finishing(std::function<void()> done) override {
        log(base::LogLevel::info, "goodbye");
        done();
    }
};

/// lightningd's ends of the pipes.
struct Beside {
    unit::Directory directory; // first: the program makes it its working directory
    io::Loop loop;
    std::unique_ptr<io::Stream> to;
    std::unique_ptr<io::Stream> from;
    std::unique_ptr<Program> program;
    std::string sent_back;

    explicit Beside(bool lightningd = false) {
        auto [in, to_fd] = ends();
        auto [out, from_fd] = ends();
        to = open(to_fd);
        from = open(from_fd);
        from->read([this](std::string_view bytes) { sent_back += bytes; }, [](const std::string&) {});
        program = std::make_unique<Program>(loop, host::Pipes{open(in), open(out)}, host::Parent{lightningd, {}});
        loop.stop(); // the test turns the loop
        CHECK(program->run() == 0);
    }
    ~Beside() {
        std::error_code ignored;
        std::filesystem::current_path("/", ignored);
    }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;

    static std::array<int, 2> ends() {
        std::array<int, 2> fds{};
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()) != 0)
            throw std::runtime_error("no sockets for the test");
        return fds;
    }
    std::unique_ptr<io::Stream> open(int fd) { return std::move(*io::Stream::open(loop, fd)); }

    /// Its output for this input, one message a text.
    Texts send(std::string bytes) {
        sent_back.clear();
        to->write(std::move(bytes));
        unit::settle(loop);
        Texts all;
        for (std::size_t at = 0; at < sent_back.size();) {
            const auto end = sent_back.find("\n\n", at);
            all.push_back(sent_back.substr(at, end - at));
            at = end + 2;
        }
        return all;
    }
    Texts ask(const std::string& method, const std::string& params) {
        return send(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
    }
    [[nodiscard]] std::string configuration(const std::string& file = "rpc") const {
        return R"("configuration":{"lightning-dir":)" + json::quote(directory.path.string()) + R"(,"rpc-file":)" +
               json::quote(file) + "}";
    }
};

std::string result(const std::string& text) {
    return R"({"jsonrpc":"2.0","id":1,"result":)" + text + "}";
}

std::string error(int code, const std::string& message) {
    return R"({"jsonrpc":"2.0","id":1,"error":{"code":)" + std::to_string(code) + R"(,"message":)" +
           json::quote(message) + "}}";
}

std::string logged(const std::string& message, const std::string& level = "unusual") {
    return R"({"jsonrpc":"2.0","method":"log","params":{"level":")" + level + R"(","message":)" + json::quote(message) +
           "}}";
}

} // namespace

TEST_CASE("a command is served with its params and filter, an unknown one is refused") {
    Beside b;
    CHECK(b.ask("echo", R"({"text":"a"})") == Texts{result(R"({"text":"a"})")});
    CHECK(b.send(R"({"jsonrpc":"2.0","id":1,"method":"echo"})") == Texts{result("{}")});
    CHECK(b.send(R"({"jsonrpc":"2.0","id":1,"method":"echo","params":[],"filter":{"a":true}})") ==
          Texts{result(R"([]{"a":true})")});
    CHECK(b.ask("ech", "{}") == Texts{error(-32601, "Unknown command 'ech'")});
    CHECK(b.ask("taken", "{}") == Texts{result("7")});
}

TEST_CASE("a command built into lightningd is not served under lightningd") {
    Beside b(true);
    CHECK(b.ask("taken", "{}") == Texts{error(-32601, "Unknown command 'taken'")});
    Beside by_id; // without environment variables, lightningd is recognised by its ids
    by_id.send(R"({"jsonrpc":"2.0","id":"cln:getmanifest#1","method":"getmanifest","params":{}})");
    CHECK(by_id.ask("taken", "{}") == Texts{error(-32601, "Unknown command 'taken'")});
}

TEST_CASE("params that are no JSON are refused, and logged without their content") {
    Beside b;
    const auto sent_back = b.ask("echo", R"({"secret":tru})");
    REQUIRE(sent_back.size() == 2);
    CHECK(sent_back[0].find("echo refused: params: ") != std::string::npos);
    CHECK(sent_back[1].find(R"("code":-32600)") != std::string::npos);
    CHECK(b.sent_back.find("secret") == std::string::npos);
    CHECK(b.ask(std::string(64, 'a'), "{x}")[0].find("(a long text) refused") != std::string::npos);
    CHECK(b.ask("a name of more than forty bytes in all, with", "{x}")[0].find("\"(a long text) refused") !=
          std::string::npos);
}

TEST_CASE("after the answer to init the options are set and the program starts") {
    Beside b;
    CHECK(b.ask("init", R"({"options":{"x-wait":5},)" + b.configuration() + "}") ==
          Texts{result("{}"), logged("RPC socket: no such file or directory; reconnecting")});
    CHECK(b.program->events == Texts{"wait 5", "started"});
}

TEST_CASE("a second init is refused and changes nothing") {
    Beside b;
    (void)b.ask("init", R"({"options":{"x-wait":5},)" + b.configuration() + "}");
    CHECK(b.ask("init", R"({"options":{"x-wait":6},)" + b.configuration() + "}") ==
          Texts{error(-32600, "init has come before")});
    CHECK(b.program->events == Texts{"wait 5", "started"});
}

TEST_CASE("an old name of an option is logged with the new one") {
    Beside b;
    const auto sent_back = b.ask("init", R"({"options":{"x-linger":5,"x-wait":10},)" + b.configuration() + "}");
    REQUIRE(sent_back.size() >= 2);
    CHECK(sent_back[1] == logged("x-linger is deprecated: use x-wait"));
    CHECK(b.program->events == Texts{"wait 5", "started"});
}

TEST_CASE("an invalid init disables the plugin and gives the operator the reason") {
    Beside b;
    const auto sent_back = b.ask("init", R"({"options":{"x-wait":61},)" + b.configuration() + "}");
    REQUIRE(sent_back.size() == 2);
    CHECK(
        sent_back[0].find("x does not run: x-wait: should be a whole number from 0 to 60. Correct the configuration") !=
        std::string::npos);
    CHECK(sent_back[1] == result(R"({"disable":"x-wait: should be a whole number from 0 to 60"})"));
    CHECK(b.ask("init", "{}") == Texts{logged("x does not run: init has no configuration"),
                                       result(R"({"disable":"init has no configuration"})")});
    CHECK(b.program->events.empty());
}

TEST_CASE("a program that cannot run with its options is disabled") {
    Beside b;
    CHECK(b.ask("init", R"({"options":{"x-wait":13},)" + b.configuration() + "}") ==
          Texts{logged("x does not run: 13 seconds bring bad luck"),
                result(R"({"disable":"13 seconds bring bad luck"})")});
    CHECK(b.program->events.empty());
}

TEST_CASE("the RPC socket is found in lightningd's directory, or by an absolute path") {
    for (const bool absolute : {false, true}) {
        Beside b;
        std::list<std::unique_ptr<io::Stream>> peers;
        const unit::Listener listener(b.loop, b.directory.path / "rpc",
                                      [&](std::unique_ptr<io::Stream> stream) { peers.push_back(std::move(stream)); });
        b.ask("init", "{" + b.configuration(absolute ? (b.directory.path / "rpc").string() : "rpc") + "}");
        CHECK(unit::until(b.loop, [&] { return b.program->events == Texts{"wait 10", "started", "connected"}; }));
    }
}

TEST_CASE("check answers whether a command would be served") {
    Beside b;
    CHECK(b.ask("check", R"({"command_to_check":"echo","text":"a"})") ==
          Texts{result(R"({"command_to_check":"echo"})")});
    CHECK(b.ask("check", R"(["echo"])") == Texts{error(-32602, "missing required parameter: text")});
    for (const std::string params : {R"({"command_to_check":"init"})", "{}", "[]", "[7]", R"({"command_to_check":{}})"})
        CHECK(b.ask("check", params) == Texts{error(-32602, "command_to_check: not a command of this plugin")});
    CHECK(b.ask("check", R"({"command_to_check":"setconfig","config":"x-wait","val":"5"})") ==
          Texts{result(R"({"command_to_check":"setconfig"})")});
    CHECK(b.ask("check", R"({"command_to_check":"setconfig","config":"x-wait","val":"61"})") ==
          Texts{error(-32602, "x-wait: should be a whole number from 0 to 60")});
    CHECK(b.program->events.empty());
}

TEST_CASE("setconfig sets an option, and leaves it when the value is refused") {
    Beside b;
    CHECK(b.ask("setconfig", R"({"config":"x-wait","val":"5"})") == Texts{result("{}")});
    CHECK(b.ask("setconfig", R"({"config":"x-linger","val":"6"})") == Texts{result("{}")});
    CHECK(b.ask("setconfig", R"({"config":"x-wait","val":"61"})") ==
          Texts{error(-32602, "x-wait: should be a whole number from 0 to 60")});
    CHECK(b.program->events == Texts{"wait 5", "wait 6"});
}

TEST_CASE("setconfig refuses an old name if lightningd does not allow deprecated options") {
    for (const std::string params : {"{}", R"({"allow-deprecated-apis":true})", R"({"allow-deprecated-apis":false})"}) {
        Beside b(true);
        b.ask("getmanifest", params);
        const auto sent_back = b.ask("setconfig", R"({"config":"x-linger","val":"6"})");
        CHECK((sent_back.size() == 1) == (params.find("false") != std::string::npos)); // else it waits for lightningd
    }
}

TEST_CASE("hook requests and notifications are passed to the program") {
    Beside b;
    CHECK(b.ask("rpc_command", "[1]") == Texts{result(R"({"result":"continue"})")});
    CHECK(b.send(R"({"jsonrpc":"2.0","method":"news","params":{}})").empty());
    CHECK(b.program->events == Texts{"hook [1]", "notification news"});
    CHECK(b.send(R"({"jsonrpc":"2.0","id":9,"result":{}})") ==
          Texts{logged("stdin: ignoring unexpected JSON-RPC reply")});
}

TEST_CASE("an unreadable request is answered with an error, an unreadable hook request with continue") {
    Beside b;
    const auto refused = b.send(R"({"id":1,"method":"echo","params":{},})");
    REQUIRE(refused.size() == 2);
    CHECK(refused[0].find(R"("code":-32600)") != std::string::npos);
    CHECK(refused[1].find("stdin: ") != std::string::npos);
    const auto hooked = b.send(R"({"id":1,"method":"rpc_command","params":{},})");
    REQUIRE(hooked.size() == 2);
    CHECK(hooked[0] == result(R"({"result":"continue"})"));
    CHECK(b.send("nonsense ").size() == 1);
    CHECK(b.program->events.empty());
}

TEST_CASE("at shutdown it sends its queued output, reads no more and ends") {
    Beside b;
    const auto sent_back = b.send(R"({"id":1,"method":"echo","params":{}}{"method":"shutdown","params":{}})"
                                  R"({"id":2,"method":"echo","params":{}})");
    CHECK(sent_back == Texts{result("{}"), logged("goodbye", "info")});
    b.to.reset(); // the end of stdin after it has no further effect
    unit::settle(b.loop);
    CHECK(b.sent_back.find("goodbye") == b.sent_back.rfind("goodbye"));
}

TEST_CASE("at the end of stdin it ends") {
    Beside b;
    b.to.reset();
    unit::settle(b.loop);
    CHECK(b.sent_back == logged("goodbye", "info") + "\n\n");
}

TEST_CASE("two random names differ") {
    CHECK(host::random_hex(8).size() == 16);
    CHECK(host::random_hex(8) != host::random_hex(8));
}

} // namespace plugin_test

// The answers of the rpc_command hook: continue at once, or hold a delpay until it is done.
#include "commands/rpc_command_hook.hpp"

#include "facts.hpp"
#include "node.hpp"

#include <doctest/doctest.h>

namespace rpc_command_hook_test {

using namespace facts;
using Texts = std::vector<std::string>;

namespace {

constexpr base::UnixNs now{1'795'222'611'000'000'000};
const std::string go_on = R"({"result":"continue"})";

/// A hook, and all that it passed on, in order.
struct Hooked {
    io::Loop loop;
    unit::Node node{loop};
    Texts events;
    commands::Delpay delpay{node.lightningd, [this](const auto&, const auto&) { events.push_back("deleted"); },
                            [this](base::LogLevel, const std::string& line) { node.log.push_back(line); }};
    commands::RpcCommandHook hook{
        node.lightningd,
        delpay,
        [this](std::string_view id, const std::string& result) {
            events.push_back("reply " + std::string(id) + " " + result);
        },
        [this](const cln::HookedCall& call, base::UnixNs when) {
            CHECK(when == now);
            events.push_back("call " + std::string(call.method) + " " + std::string(call.params));
        },
        [this](const commands::DelpayRequest& request) { events.push_back("note " + request.hash.hex()); },
        [this](base::LogLevel, const std::string& line) { node.log.push_back(line); }};

    /// The events of decide(), then "process" and those of process().
    const Texts& take(const std::string& params, const std::string& id = "7") {
        events.clear();
        const auto decision = hook.decide(id, params);
        CHECK(events.size() == (decision.held ? 0 : 1));
        events.emplace_back("process");
        hook.process(decision, now);
        return events;
    }
};

std::string hooked(const std::string& method, const std::string& params, const std::string& id = "\"cli:x#1\"") {
    return R"({"rpc_command":{"id":)" + id + R"(,"method":")" + method + R"(","params":)" + params + "}}";
}

std::string deletion(const std::string& status = "failed") {
    return R"({"payment_hash":")" + hash(1).hex() + R"(","status":")" + status + "\"}";
}

} // namespace

TEST_CASE("a call that makes a part is answered continue before it is read") {
    Hooked h;
    for (const std::string method : {"sendpay", "createonion", "sendonion", "injectpaymentonion"})
        CHECK(h.take(hooked(method, "[1]")) == Texts{"reply 7 " + go_on, "process", "call " + method + " [1]"});
    CHECK(h.node.log.empty());
}

TEST_CASE("other commands are continued and not read") {
    Hooked h;
    for (const std::string method : {"listsendpays", "delpays", "sendpayment", "x"})
        CHECK(h.take(hooked(method, "{}")) == Texts{"reply 7 " + go_on, "process"});
    CHECK(h.node.quiet());
}

TEST_CASE("a request without a call is continued, and logged without its content") {
    Hooked h;
    for (const std::string params : {"", "{}", "[]", R"({"rpc_command":{}})", R"({"rpc_command":{"method":7}})",
                                     R"({"secret":{"method":"sendpay"}})"}) {
        h.node.log.clear();
        CHECK(h.take(params) == Texts{"reply 7 " + go_on, "process"});
        CHECK(h.node.log == Texts{"rpc_command: malformed params"});
    }
}

TEST_CASE("a user's delpay is held until lightningd has done it") {
    Hooked h;
    CHECK(h.take(hooked("delpay", deletion())) == Texts{"process"});
    const auto row = failed(pending(1, 9, 1, 10), 1);
    const auto list = h.node.next();
    CHECK(list.method == "listsendpays");
    h.node.answer(list, unit::listing({row}));
    const auto inner = h.node.next();
    CHECK(inner.method == "delpay");

    // Our own inner call comes to the hook too: it continues and is not noted as another caller's deletion.
    CHECK(h.take(hooked("delpay", deletion(), inner.id), "8") == Texts{"reply 8 " + go_on, "process"});
    h.events.clear();
    h.node.answer(inner, unit::listing({row}));
    CHECK(h.events == Texts{R"(reply 7 {"return":{"result":)" + unit::listing({row}) + "}}", "deleted"});
}

TEST_CASE("the id of a held request stays valid after its bytes are gone") {
    Hooked h;
    std::string id = "\"cln:rpc_command#12\"";
    auto params = hooked("delpay", deletion());
    h.hook.process(h.hook.decide(id, params), now);
    id.assign(id.size(), 'x');
    params.assign(params.size(), 'x');
    h.node.answer(h.node.next(), unit::listing({}));
    const auto inner = h.node.next();
    CHECK(inner.params == *json::parse(deletion()));
    h.node.refuse(inner, {208, "Unknown payment"});
    CHECK(h.events ==
          Texts{R"(reply "cln:rpc_command#12" {"return":{"error":{"code":208,"message":"Unknown payment"}}})"});
}

TEST_CASE("a held delpay is continued and noted when the connection is lost") {
    Hooked h;
    h.take(hooked("delpay", deletion()));
    (void)h.node.next();
    h.events.clear();
    h.node.hang_up();
    CHECK(unit::until(h.loop, [&] { return h.events.size() == 2; }));
    CHECK(h.events == Texts{"reply 7 " + go_on, "note " + hash(1).hex()});
}

TEST_CASE("autoclean's delpay is continued and noted") {
    Hooked h;
    const Texts expected{"reply 7 " + go_on, "process", "note " + hash(1).hex()};
    CHECK(h.take(hooked("delpay", deletion(), "\"cln:autoclean-once#5/autoclean:delpay#77\"")) == expected);
    CHECK(h.node.quiet());
}

TEST_CASE("a delpay that lightningd refuses is left to it") {
    Hooked h;
    for (const auto& params :
         {std::string("{}"), std::string("[7]"), std::string("not JSON"), deletion("pending"), deletion("sent")})
        CHECK(h.take(hooked("delpay", params)) == Texts{"reply 7 " + go_on, "process"});
    CHECK(h.node.quiet());
}

TEST_CASE("without a connection a delpay is continued and noted") {
    Hooked h;
    h.node.hang_up();
    CHECK(unit::until(h.loop, [&] { return !h.node.lightningd.up(); }));
    const Texts expected{"reply 7 " + go_on, "process", "note " + hash(1).hex()};
    CHECK(h.take(hooked("delpay", deletion())) == expected);
}

TEST_CASE("a delpay whose hash lost its quotes is continued and noted: lightningd takes it") {
    Hooked h;
    const std::string digits(64, '1');
    const Texts expected{"reply 7 " + go_on, "process", "note " + digits};
    CHECK(h.take(hooked("delpay", R"({"payment_hash":)" + digits + R"(,"status":"failed"})")) == expected);
}

} // namespace rpc_command_hook_test

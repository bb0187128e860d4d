#include "node.hpp"

#include "rpc/write.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>

#include <sys/resource.h>
#include <unistd.h>

namespace standin {

namespace {

// Topics of the plugins that payers imitate.
constexpr std::array pay_topics = {"pay_success", "pay_failure"};
constexpr std::array pay_part_topics = {"pay_part_start", "pay_part_end"};

} // namespace

Node::Node(Options given, std::string network_directory)
    : options(std::move(given)),
      directory(std::move(network_directory)),
      version(options.version),
      schedule(loop),
      // `details` are deprecated since v25.05, which has a new form (lightningd/wait.c json_add_index). They are sent
      // until v26.06.6 if deprecated APIs are allowed.
      waits({!version.wait_names_subsystem() || options.deprecated_apis, version.wait_names_subsystem()}),
      sendpays(*this),
      commands(*this),
      plugins(*this),
      socket(*this),
      xpay_handle_pay(options.xpay_handle_pay) {
    ledger.set_listener([this](Index index, std::uint64_t value, const Row& row) {
        if (index == Index::created)
            journal.created(row);
        else if (index == Index::updated)
            journal.resolved(row);
        waits.bump(index, value, row);
    });
    add_node_commands(*this);
    add_row_commands(*this);
    add_rune_commands(*this);
    add_sendpay(*this);
    add_onion_commands(*this);
    add_invoice_commands(*this);
    add_standin_commands(*this);
    add_load_commands(*this);
    if (version.has_xpay())
        add_xpay(*this);
    add_legacy_pay(*this);
    add_renepay(*this);
    add_listpays(*this);
    add_autoclean(*this);
}

void Node::run() {
    if (!options.log_file.empty()) {
        const bool absolute = options.log_file.front() == '/';
        if (!log_file.open(absolute ? options.log_file : directory + "/" + options.log_file))
            exit_with("cannot open log file " + options.log_file);
    }
    if (!options.scenario.empty()) {
        std::ifstream file(options.scenario);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto params = rpc::request("\"scenario-file\"", "scenario", text.empty() ? "null" : text);
        const auto request = std::make_shared<Request>(params, "\"scenario-file\"");
        request->done = [this](Request&, const Reply& reply) {
            if (!reply.ok)
                exit_with("scenario " + options.scenario + ": " + reply.body);
        };
        commands.begin(request);
    }
    if (!options.db.empty())
        if (const auto why = journal.open(*this, options.db); !why.empty())
            exit_with("--db " + options.db + ": " + why);

    uv_signal_t signals[2];
    const int numbers[2] = {SIGTERM, SIGINT};
    for (int i = 0; i < 2; ++i) {
        uv_signal_init(loop.raw(), &signals[i]);
        signals[i].data = this;
        uv_signal_start(
            &signals[i], [](uv_signal_t* handle, int) { static_cast<Node*>(handle->data)->stop(nullptr); }, numbers[i]);
    }
    plugins.start_all(
        [this] {
            if (const auto why = socket.listen(rpc_path()); !why.empty())
                exit_with("rpc filename '" + options.rpc_file + "': " + why);
        },
        [this] {
            log(Level::info, "lightningd",
                "Server started with public key " + id() + ", alias STANDIN (color #035fdd) and lightningd " +
                    std::string(version.name()));
        });
    loop.run();
}

std::string Node::id() const {
    return options.node_id.empty() ? std::string(our_node) : options.node_id;
}

std::uint32_t Node::now() const {
    return static_cast<std::uint32_t>(std::time(nullptr));
}

std::string Node::outgoing_id(std::string_view chain, std::string_view method) {
    std::string id = "\"";
    id.append(chain);
    if (!chain.empty())
        id.push_back('/');
    return id.append("cln:").append(method).append("#").append(std::to_string(next_id++)).append("\"");
}

std::string Node::outgoing_id(const Plugin& plugin, std::string_view chain, std::string_view method) {
    return plugin.numeric_ids ? std::to_string(next_id++) : outgoing_id(chain, method);
}

void Node::call_as(const Request& on_behalf, const std::string& plugin, std::string_view method,
                   std::string_view params, std::function<void(Request&, const Reply&)> done) {
    const std::string outer = version.nests_id(plugin, method) ? on_behalf.chain + "/" : "";
    const std::string id =
        "\"" + outer + plugin + ":" + std::string(method) + "#" + std::to_string(++call_numbers_[plugin]) + "\"";
    std::string text = rpc::request(id, method, params);
    text.erase(text.size() - 2); // the blank line is not part of the request
    const auto request = std::make_shared<Request>(std::move(text), id);
    request->done = std::move(done);
    schedule.later([this, request] { commands.begin(request); });
}

std::chrono::milliseconds Node::start_limit() const {
    return options.start_limit_ms ? std::chrono::milliseconds(options.start_limit_ms) : version.start_limit();
}

std::chrono::milliseconds Node::shutdown_limit() const {
    return options.shutdown_limit_ms ? std::chrono::milliseconds(options.shutdown_limit_ms) : version.shutdown_limit();
}

std::string Node::rpc_path() const {
    return options.rpc_file.front() == '/' ? options.rpc_file : directory + "/" + options.rpc_file;
}

bool Node::is_known_topic(std::string_view topic) const {
    const auto among = [&](const auto& topics) {
        return std::find(topics.begin(), topics.end(), topic) != topics.end();
    };
    return is_native_topic(topic, version) || among(pay_topics) ||
           (version.has_pay_part_topics() && among(pay_part_topics));
}

void Node::die(int signal, const std::string& why) {
    const std::string line =
        "FATAL SIGNAL " + std::to_string(signal) + " (version " + std::string(version.name()) + "): " + why;
    log(Level::broken, "lightningd", line);
    std::fprintf(stderr, "lightningd: %s\n", line.c_str());
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    std::_Exit(128 + signal);
}

void Node::exit_with(const std::string& why) {
    log(Level::broken, "lightningd", why);
    std::fprintf(stderr, "lightningd: %s\n", why.c_str());
    std::_Exit(1);
}

void Node::stop(const RequestPtr& request) {
    if (std::exchange(stopping_, true)) {
        if (request)
            fail(*request, -5, "lightningd is shutting down");
        return;
    }
    socket.stop_listening();
    plugins.shutdown([this, request] {
        if (request)
            succeed(*request, R"({"result":"Shutdown complete"})");
        // Children may outlive us: no destructor may wait for them.
        socket.when_drained([] { std::_Exit(0); });
        // A client that does not read must not keep the node from stopping.
        schedule.after(std::chrono::seconds(1), [] { std::_Exit(0); });
    });
}

} // namespace standin

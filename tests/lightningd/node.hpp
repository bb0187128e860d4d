// All parts of the stand-in in one place, and what they share: the log, the time, ids, and the ways to crash or
// exit.
#pragma once

#include "commands.hpp"
#include "invoices.hpp"
#include "journal.hpp"
#include "ledger.hpp"
#include "log_file.hpp"
#include "options.hpp"
#include "plugins.hpp"
#include "rpc_socket.hpp"
#include "runes.hpp"
#include "scenario.hpp"
#include "schedule.hpp"
#include "sendpays.hpp"
#include "version.hpp"
#include "waits.hpp"

#include <map>
#include <set>
#include <string>

namespace standin {

struct Node {
    Node(Options given, std::string network_directory);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    void run();

    Options options;
    std::string directory; ///< the network directory, the plugins' cwd
    Version version;       ///< the imitated one
    io::Loop loop;
    Schedule schedule;
    LogFile log_file;
    Journal journal;
    Ledger ledger;
    Waits waits;
    Invoices invoices;
    Runes runes;
    Scenario scenario;
    Sendpays sendpays;
    Commands commands;
    Plugins plugins;
    RpcSocket socket;

    std::uint64_t next_id = 20; ///< of lightningd's own requests; the first getmanifest has number 20 in the recordings
    bool xpay_handle_pay = false;
    /// Hash -> number of xpay payments with a part in flight: `listpays` shows those as pending.
    std::map<base::PaymentHash, int> xpay_ongoing;
    /// Hash -> whether its first `pay` still runs, which is all that pay's own listpays checks (plugins/pay.c
    /// attempt_ongoing).
    std::map<base::PaymentHash, bool> first_pay_ongoing;
    /// autoclean's own count, by subsystem.
    std::map<std::string, std::uint64_t> cleaned;

    void log(Level level, std::string_view source, std::string_view text) { log_file.write(level, source, text); }
    /// Our id, 66 hex digits.
    [[nodiscard]] std::string id() const;
    [[nodiscard]] std::uint32_t now() const;
    /// Raw id of a request of lightningd's own: `"<chain>/cln:method#n"`.
    [[nodiscard]] std::string outgoing_id(std::string_view chain, std::string_view method);
    /// The same for a request to this plugin, which may want it to be a number.
    [[nodiscard]] std::string outgoing_id(const Plugin& plugin, std::string_view chain, std::string_view method);
    /// A call by a payer that imitates `plugin`, on behalf of `request`; it passes through the hook too. `done` gets
    /// the reply.
    void call_as(const Request& on_behalf, const std::string& plugin, std::string_view method, std::string_view params,
                 std::function<void(Request&, const Reply&)> done);

    [[nodiscard]] std::chrono::milliseconds start_limit() const;
    [[nodiscard]] std::chrono::milliseconds shutdown_limit() const;
    [[nodiscard]] std::string rpc_path() const;
    [[nodiscard]] bool is_known_topic(std::string_view topic) const;

    /// Ends like lightningd on a signal: the last line goes to the log and to stderr.
    [[noreturn]] void die(int signal, const std::string& why);
    /// Exits like lightningd on a bad command line.
    [[noreturn]] void exit_with(const std::string& why);
    /// `stop` or SIGTERM; `request` may be null.
    void stop(const RequestPtr& request);

  private:
    std::map<std::string, std::uint64_t> call_numbers_;
    bool stopping_ = false;
};

/// Registration of commands, by subject.
void add_node_commands(Node& node);
void add_row_commands(Node& node);
void add_rune_commands(Node& node);
void add_sendpay(Node& node);
void add_onion_commands(Node& node);
void add_invoice_commands(Node& node);
void add_standin_commands(Node& node);
void add_load_commands(Node& node);
void add_xpay(Node& node);
void add_legacy_pay(Node& node);
void add_renepay(Node& node);
void add_listpays(Node& node);
void add_autoclean(Node& node);

} // namespace standin

// The imitated version of lightningd. All rules that differ between versions are here, by name, so that another version
// can be imitated without searching the tree. Each names the file of Core Lightning it was read in, at the tags before
// and after the change.
#pragma once

#include <chrono>
#include <compare>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace standin {

class Version {
  public:
    /// The newest version.
    Version() = default;
    /// One of the versions of `--version-as`; the error lists them.
    [[nodiscard]] static tl::expected<Version, std::string> named(std::string_view name);

    /// As in LIGHTNINGD_VERSION, getinfo and the first log line.
    [[nodiscard]] std::string_view name() const { return name_; }

    // Messages to and from plugins.

    /// The id of getmanifest is a number (lightningd/plugin.c `non_numeric_ids`, v24.11, gone in v25.05).
    [[nodiscard]] bool manifest_id_is_number() const { return !since(25, 5); }
    /// All ids are, for a plugin without `nonnumericids` (lightningd/plugin.c, v23.11: if deprecated APIs
    /// are allowed; v24.11 still has it as deprecated up to v24.08, which common/deprecation.c refuses by then).
    [[nodiscard]] bool numbers_by_default() const { return !since(24, 11); }
    /// A plugin's own call carries the id of the command it serves. Before, most calls of payers and of autoclean have
    /// an id without it, `pay:sendonion#13` (recordings of v23.11.2 and v24.11.2; plugins/libplugin-pay.c).
    [[nodiscard]] bool nests_id(std::string_view plugin, std::string_view method) const;
    /// Before: 60 s for getmanifest and again for init (lightningd/plugin.c PLUGIN_MANIFEST_TIMEOUT, v24.11;
    /// PLUGIN_STARTUP_TIMEOUT, v25.02).
    [[nodiscard]] std::chrono::seconds start_limit() const { return std::chrono::seconds(since(25, 2) ? 120 : 60); }
    /// How long a subscriber of `shutdown` may take (lightningd/plugin.c shutdown_plugins, the same v23.11 to
    /// v26.06.6).
    [[nodiscard]] std::chrono::seconds shutdown_limit() const { return std::chrono::seconds(30); }
    /// A method without `description` kills the plugin (lightningd/plugin.c plugin_rpcmethod_add, v23.11; until
    /// v24.05).
    [[nodiscard]] bool needs_descriptions() const { return !since(24, 8); }
    /// (lightningd/plugin.c, not in v23.11, in v24.05)
    [[nodiscard]] bool has_cancheck() const { return since(24, 5); }
    /// Before, it is an unknown level, which kills the plugin (common/status_levels.c, v23.11).
    [[nodiscard]] bool has_trace_level() const { return since(24, 5); }
    /// Before, `filters` is an unknown key: the hook gets every command (lightningd/plugin.c and plugin_hook.c, v25.05
    /// against v25.12).
    [[nodiscard]] bool has_hook_filters() const { return since(25, 12); }

    // Topics.

    /// `origin` beside `params`; before, params are `{"origin", "payload"}` (lightningd/plugin.c
    /// plugin_notification_handle, v25.05 against v25.09).
    [[nodiscard]] bool origin_at_top() const { return since(25, 9); }
    /// A plugin subscribed to a topic and to `*` gets it twice (lightningd/plugin.c: plugin_single_notify, v23.11,
    /// once; plugins_notify with its hash table, v25.05).
    [[nodiscard]] bool star_doubles() const { return since(25, 5); }
    /// (lightningd/notification.c, not in v24.02, in v24.05)
    [[nodiscard]] bool has_log_topic() const { return since(24, 5); }
    /// `plugin_started` and `plugin_stopped` (lightningd/notification.c, not in v24.11, in v25.02).
    [[nodiscard]] bool has_plugin_topics() const { return since(25, 2); }
    /// `pay_part_start` and `pay_part_end` (plugins/xpay/xpay.c, not in v25.05, in v25.12: from v25.09 on).
    [[nodiscard]] bool has_pay_part_topics() const { return since(25, 9); }
    /// `pay_success` and `pay_failure` have their fields under the topic's name too (plugins/libplugin-pay.c, v25.05
    /// against v25.12; libplugin's from v25.09).
    [[nodiscard]] bool names_pay_topics() const { return since(25, 9); }

    // Commands.

    /// `wait` has its details under the subsystem's name; before, only under `details`, which is deprecated since
    /// (lightningd/wait.c json_add_index, v24.11 against v25.05).
    [[nodiscard]] bool wait_names_subsystem() const { return since(25, 5); }
    /// (lightningd/wait.c subsystem_names: v24.11, v25.05, v25.12)
    [[nodiscard]] bool waits_for(std::string_view subsystem) const;
    /// xpay and `injectpaymentonion` (plugins/xpay, lightningd/pay.c: not in v23.11, in v24.11).
    [[nodiscard]] bool has_xpay() const { return since(24, 11); }
    /// `injectpaymentonion` has `destination_msat` and reads the destination in the invoice; in v24.11 itself its
    /// rows have neither (lightningd/pay.c register_payment_and_waiter, v24.11 against v24.11.1).
    [[nodiscard]] bool injected_rows_are_whole() const { return since(24, 11, 1); }
    /// `destination` of `injectpaymentonion` (lightningd/pay.c, v25.12 against v26.06.6).
    [[nodiscard]] bool injects_destination() const { return since(26, 6); }
    /// `maxdelay` of xpay (plugins/xpay/xpay.c json_xpay, v24.11 against v25.05).
    [[nodiscard]] bool xpay_has_maxdelay() const { return since(25, 5); }
    /// `payer_note` and `label` of xpay (plugins/xpay/xpay.c, v25.12 against v26.06).
    [[nodiscard]] bool xpay_has_label() const { return since(26, 6); }
    /// A redirected `pay` answers as pay does; in v24.11.0 it is xpay itself (plugins/xpay/xpay.c handle_rpc_command,
    /// v24.11 against v24.11.1; recording v24.11/pay_redirected).
    [[nodiscard]] bool has_xpay_as_pay() const { return since(24, 11, 1); }
    /// `pay` is redirected with these parameters (plugins/xpay/xpay.c handle_rpc_command: `label` and `localinvreqid`
    /// only from v26.06, `maxdelay` from v25.05; recordings pay_redirected of v24.11.2 and v25.12.1).
    [[nodiscard]] bool redirects_pay_with(std::string_view param) const;
    /// xpay of an invoice already paid: 218, since v26.06 219 (plugins/xpay/xpay.c update_knowledge_from_error,
    /// v25.12 against v26.06.6). The latter answers a redirected `pay` as if it had paid now.
    [[nodiscard]] bool has_already_paid_code() const { return since(26, 6); }
    /// xpay pays offers too (plugins/xpay/xpay.c, not in v25.05, in v25.12).
    [[nodiscard]] bool xpay_takes_offers() const { return since(25, 12); }
    /// `sendamount` and `xkeysend` (plugins/xpay/xpay.c, not in v25.12, in v26.06).
    [[nodiscard]] bool has_sendamount() const { return since(26, 6); }
    /// The command by which renepay sends its parts (recordings renepay of each version).
    enum class RenepayBy { sendpay, renesendpay, sendonion };
    [[nodiscard]] RenepayBy renepay_by() const {
        return !since(25, 2) ? RenepayBy::sendpay : !since(26, 4) ? RenepayBy::renesendpay : RenepayBy::sendonion;
    }
    /// renepay chooses its group anew for each attempt; before, once a call, and it answers with the first part that
    /// settles (plugins/renepay/pay.c v23.11; mods.c pendingsendpays_done v24.11; recordings renepay_retried).
    [[nodiscard]] bool renepay_regroups() const { return since(24, 11); }
    /// The new group is the lowest unused; before, the highest plus one (plugins/renepay/mods.c, v24.11 against
    /// v25.12).
    [[nodiscard]] bool renepay_fills_gaps() const { return since(25, 2); }
    /// `listpays` is cln-xpay's and shows its payments as pending; before, it is pay's, which knows only its own
    /// payments (plugins/xpay/listpays.c, v26.06; plugins/pay.c attempt_ongoing, v23.11 to v25.12).
    [[nodiscard]] bool xpay_lists_pays() const { return since(26, 6); }
    /// `index`, `start`, `limit` of `listpays`, and the indexes in its entries (plugins/pay.c json_listpays and
    /// add_new_entry, v23.11 against v24.11).
    [[nodiscard]] bool listpays_has_pages() const { return since(24, 11); }
    /// `node_id_out`, `short_channel_id_dir`, `amount_out_msat`, `cltv_out` in sendpay's route (lightningd/pay.c,
    /// v26.04 against v26.06).
    [[nodiscard]] bool sendpay_takes_getroutes() const { return since(26, 6); }
    /// `msatoshi` for `amount_msat` of sendpay, sendonion and a route's entries, deprecated (lightningd/pay.c, v23.11;
    /// gone in v24.11).
    [[nodiscard]] bool takes_msatoshi() const { return !since(24, 11); }
    /// `total_amount_msat` of sendonion (lightningd/pay.c json_sendonion, v25.02 against v25.05).
    [[nodiscard]] bool sendonion_has_total() const { return since(25, 5); }

  private:
    struct Number {
        int year = 0;
        int month = 0;
        int patch = 0;
        auto operator<=>(const Number&) const = default;
    };
    Version(std::string_view name, Number number) : name_(name), number_(number) {}
    [[nodiscard]] bool since(int year, int month, int patch = 0) const { return number_ >= Number{year, month, patch}; }

    std::string_view name_ = "v26.06.6";
    Number number_{26, 6, 6};
};

} // namespace standin

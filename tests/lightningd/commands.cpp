#include "commands.hpp"

#include "hook_chain.hpp"
#include "json/members.hpp"
#include "node.hpp"

#include <algorithm>
#include <utility>

namespace standin {

namespace {

/// Whether cln-xpay's hook takes a `pay` with these parameters; else the old plugin pays.
bool redirects(const Version& version, const tl::expected<json::Tree, std::string>& params) {
    if (!params || (!params->is_object() && !params->is_array()))
        return false;
    if (params->is_array())
        return params->size() == 1 || params->size() == 2;
    return std::all_of(params->items().begin(), params->items().end(),
                       [&](const auto& param) { return version.redirects_pay_with(param.key()); });
}

} // namespace

void Commands::add(std::string name, std::string usage, std::function<void(const RequestPtr&)> run, bool checks) {
    methods_[name] = {name, std::move(usage), {}, std::move(run), nullptr, checks};
}

void Commands::add_inner(std::string owner, std::string name, std::string usage,
                         std::function<void(const RequestPtr&)> run) {
    auto forwarded = [this, name, run = std::move(run)](const RequestPtr& request) {
        request->chain = chain_text(node_.outgoing_id(request->chain, name));
        node_.schedule.later([request, run] { run(request); });
    };
    methods_[name] = {name, std::move(usage), std::move(owner), std::move(forwarded), nullptr, false};
}

void Commands::add_plugin_method(const std::string& name, const std::string& usage, Plugin& plugin) {
    methods_[name] = {name, usage, plugin.path(), nullptr, &plugin, false};
}

void Commands::remove_plugin_methods(const Plugin& plugin) {
    std::erase_if(methods_, [&](const auto& entry) { return entry.second.plugin == &plugin; });
}

const Method* Commands::find(std::string_view name) const {
    const auto at = methods_.find(std::string(name));
    return at == methods_.end() ? nullptr : &at->second;
}

void Commands::begin(const RequestPtr& request) {
    const auto& message = request->message;
    if (message.method.empty() || message.params.empty())
        return fail(*request, rpc::invalid_request, message.method.empty() ? "No method" : "No params");
    if (!find(message.method))
        return fail(*request, rpc::method_not_found, "Unknown command '" + std::string(message.method) + "'");
    if (!message.filter.empty()) {
        auto filter = ResultFilter::read(message.filter);
        if (!filter)
            return fail(*request, rpc::invalid_params, filter.error());
        request->filter = std::move(*filter);
    }
    call_rpc_command_hook(node_, request);
}

void Commands::run(const RequestPtr& request) {
    const std::string name(request->message.method);
    // In the real node cln-xpay's own hook replaces `pay` (src/cln/README.md, "xpay").
    const bool redirected = name == "pay" && node_.xpay_handle_pay && node_.version.has_xpay() &&
                            redirects(node_.version, read_params(request->message.params));
    const Method* method = find(redirected ? "xpay-as-pay" : name);
    if (!method)
        return fail(*request, rpc::method_not_found, "Unknown command '" + name + "'");
    if (const auto held = hanging.find(name); held != hanging.end()) {
        auto& hang = held->second;
        if (hang.spared == 0)
            return hang.requests.push_back(request);
        --hang.spared;
    }
    auto params = read_params(request->message.params);
    auto given = read_given(request->message.params);
    if (!params || !given)
        return fail(*request, rpc::invalid_params, "Expected array or object for params");
    request->params = std::move(*params);
    request->given = std::move(*given);
    if (method->plugin)
        return forward(request, *method->plugin, name);
    const auto serve = method->run; // a copy: the method may be removed while it runs
    serve(request);
}

void Commands::check(const RequestPtr& request) {
    const auto target = request->given.take("command_to_check");
    if (!target)
        return fail(*request, rpc::invalid_params, "missing required parameter: command_to_check");
    const std::string name(contents(*target));
    const Method* method = find(name);
    if (!method)
        return fail(*request, rpc::method_not_found, "Unknown command '" + name + "'");
    if (method->plugin && method->plugin->manifest.can_check)
        return forward(request, *method->plugin, "check");
    if (!method->checks)
        return succeed(*request, R"({"command_to_check":)" + json::quote(name) + "}");
    request->check_only = true;
    const auto serve = method->run;
    serve(request);
}

void Commands::forward(const RequestPtr& request, Plugin& plugin, const std::string& method) {
    // The client's bytes unchanged but for the id (src/cln/README.md, "Plugin commands").
    const auto& message = request->message;
    const auto at = static_cast<std::size_t>(message.id.data() - message.whole.data());
    const std::string id = node_.outgoing_id(plugin, request->chain, method);
    std::string text(message.whole.substr(0, at));
    text.append(id).append(message.whole.substr(at + message.id.size())).append("\n\n");
    forwarded_[id] = request;
    plugin.call(id, std::move(text), [this, request, id](const rpc::Message* reply) {
        forwarded_.erase(id);
        if (!reply)
            return fail(*request, -4, "Plugin terminated before replying to RPC call.");
        const auto where = static_cast<std::size_t>(reply->id.data() - reply->whole.data());
        std::string whole(reply->whole.substr(0, where));
        whole.append(request->id).append(reply->whole.substr(where + reply->id.size())).append("\n\n");
        const bool ok = !reply->result.empty();
        answer(*request, {ok, std::string(ok ? reply->result : reply->error), std::move(whole)});
    });
}

void Commands::forward_notification(const Plugin&, std::string_view topic, std::string_view params,
                                    std::string_view id) {
    const auto found = forwarded_.find(std::string(id));
    const RequestPtr request = found == forwarded_.end() ? nullptr : found->second.lock();
    if (!request || !request->notifications || !request->notify)
        return;
    const auto at = static_cast<std::size_t>(id.data() - params.data());
    std::string text = R"({"jsonrpc":"2.0","method":")" + std::string(topic) + R"(","params":)";
    text.append(params.substr(0, at)).append(request->id).append(params.substr(at + id.size())).append("}\n\n");
    request->notify(text);
}

} // namespace standin

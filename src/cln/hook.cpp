#include "cln/hook.hpp"

#include "rpc/scan.hpp"
#include "rpc/write.hpp"

namespace cln {

std::string_view HookedCall::caller() const {
    auto name = id;
    if (name.size() >= 2 && name.front() == '"')
        name = name.substr(1, name.size() - 2);
    if (const auto slash = name.rfind('/'); slash != std::string_view::npos)
        name.remove_prefix(slash + 1);
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
}

std::optional<HookedCall> read_hooked_call(std::string_view params) {
    rpc::Members outer(params);
    while (const auto member = outer.next()) {
        if (member->key != "\"rpc_command\"")
            continue;
        HookedCall call;
        rpc::Members inner(member->value);
        while (const auto field = inner.next()) {
            if (field->key == "\"id\"")
                call.id = field->value;
            else if (field->key == "\"method\"" && field->value.size() > 2 && field->value.front() == '"')
                call.method = field->value.substr(1, field->value.size() - 2);
            else if (field->key == "\"params\"")
                call.params = field->value;
            else if (field->key == "\"filter\"")
                call.filter = field->value;
        }
        if (!inner.ok() || call.method.empty())
            return std::nullopt;
        return call;
    }
    return std::nullopt;
}

std::string hook_continue() {
    return R"({"result":"continue"})";
}

std::string hook_return_result(std::string_view result) {
    return R"({"return":{"result":)" + std::string(result) + "}}";
}

std::string hook_return_error(int code, const std::string& message) {
    return R"({"return":{"error":)" + rpc::error_object({code, message}) + "}}";
}

} // namespace cln

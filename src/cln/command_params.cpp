#include "cln/command_params.hpp"

#include <algorithm>
#include <charconv>

namespace cln {

namespace {

tl::unexpected<rpc::Error> refuse(std::string message) {
    return tl::unexpected(rpc::Error{rpc::invalid_params, std::move(message)});
}

} // namespace

std::string usage(std::span<const Param> declared) {
    std::string text;
    for (const auto& param : declared) {
        if (!text.empty())
            text += ' ';
        text += param.required ? std::string(param.name) : '[' + std::string(param.name) + ']';
    }
    return text;
}

tl::expected<Args, rpc::Error> Args::bind(const json::Tree& params, std::span<const Param> declared) {
    Args args;
    args.declared_ = declared;
    args.values_.resize(declared.size(), nullptr);
    if (params.is_array()) {
        if (params.size() > declared.size())
            return refuse("too many parameters: got " + std::to_string(params.size()) + ", expected " +
                          std::to_string(declared.size()));
        for (std::size_t i = 0; i < params.size(); ++i)
            args.values_[i] = &params[i];
    } else if (params.is_object()) {
        for (const auto& [name, value] : params.items()) {
            const auto at = std::find_if(declared.begin(), declared.end(),
                                         [&wanted = name](const Param& p) { return p.name == wanted; });
            if (at == declared.end())
                return refuse("unknown parameter: " + name +
                              ", this may be caused by a failure to autodetect key=value-style parameters. Please try "
                              "using the -k flag and explicit key=value pairs of parameters.");
            args.values_[static_cast<std::size_t>(at - declared.begin())] = &value;
        }
    } else if (!params.is_null()) {
        return refuse("Expected array or object for params");
    }
    for (std::size_t i = 0; i < declared.size(); ++i) {
        if (args.values_[i] && args.values_[i]->is_null())
            args.values_[i] = nullptr;
        if (declared[i].required && !args.values_[i])
            return refuse("missing required parameter: " + std::string(declared[i].name));
    }
    return args;
}

const json::Tree* Args::find(std::string_view name) const {
    for (std::size_t i = 0; i < declared_.size(); ++i)
        if (declared_[i].name == name)
            return values_[i];
    return nullptr;
}

rpc::Error bad_param(std::string_view name, const json::Tree& value, std::string_view complaint) {
    return {rpc::invalid_params,
            std::string(name) + ": " + std::string(complaint) + ": invalid token '" + json::dump(value) + "'"};
}

tl::expected<base::PaymentHash, rpc::Error> read_hash(std::string_view name, const json::Tree& value) {
    const auto hash =
        value.is_string() ? base::PaymentHash::from_hex(value.get_ref<const std::string&>()) : std::nullopt;
    if (!hash)
        return tl::unexpected(bad_param(name, value, "should be a 32 byte hex value"));
    return *hash;
}

tl::expected<std::uint64_t, rpc::Error> read_u64(std::string_view name, const json::Tree& value) {
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>();
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        std::uint64_t number = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (ec == std::errc{} && end == text.data() + text.size() && !text.empty())
            return number;
    }
    return tl::unexpected(bad_param(name, value, "should be an unsigned 64 bit integer"));
}

tl::expected<bool, rpc::Error> read_bool(std::string_view name, const json::Tree& value) {
    if (value.is_boolean())
        return value.get<bool>();
    if (value == "true" || value == "false")
        return value == "true";
    return tl::unexpected(bad_param(name, value, "should be 'true' or 'false'"));
}

tl::expected<std::string, rpc::Error> read_string(std::string_view name, const json::Tree& value) {
    if (!value.is_string())
        return tl::unexpected(bad_param(name, value, "should be a string"));
    return value.get<std::string>();
}

} // namespace cln

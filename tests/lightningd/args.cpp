#include "args.hpp"

#include "json/members.hpp"

#include <charconv>

namespace standin {

Args::Args(const Request& request, std::initializer_list<cln::Param> declared)
    : Args(request, std::vector<cln::Param>(declared)) {}

Args::Args(const Request& request, std::vector<cln::Param> declared)
    : raw_params_(request.message.params),
      declared_(std::move(declared)),
      bound_(cln::Args::bind(request.params, declared_)) {
    if (!bound_)
        error_ = bound_.error();
}

const json::Tree* Args::find(std::string_view name) const {
    return bound_ && !error_ ? bound_->find(name) : nullptr;
}

std::string_view Args::raw(std::string_view name) const {
    if (raw_params_.front() == '{') {
        json::ObjectScanner members(raw_params_);
        while (const auto member = members.next())
            if (member->key.substr(1, member->key.size() - 2) == name)
                return member->value;
        return {};
    }
    std::size_t at = 1;
    for (const auto& param : declared_) {
        at = json::skip_space(raw_params_, at);
        const auto end = json::skip_value(raw_params_, at);
        if (!end)
            return {};
        if (param.name == name)
            return raw_params_.substr(at, *end - at);
        at = json::skip_space(raw_params_, *end) + 1; // behind the comma
    }
    return {};
}

void Args::refuse(std::string_view name, std::string_view complaint) {
    if (!error_)
        error_ = rpc::Error{rpc::invalid_params, std::string(name) + ": " + std::string(complaint) +
                                                     ": invalid token '" + std::string(raw(name)) + "'"};
}

bool Args::refused(Request& request) const {
    if (error_)
        fail(request, error_->code, error_->message);
    return error_.has_value();
}

std::optional<base::PaymentHash> Args::hash(std::string_view name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    auto read = cln::read_hash(name, *value);
    if (!read) {
        refuse(name, "should be a 32 byte hex value");
        return std::nullopt;
    }
    return *read;
}

std::optional<std::uint64_t> Args::u64(std::string_view name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (value->is_number_integer() && !value->is_number_unsigned())
        return static_cast<std::uint64_t>(value->get<std::int64_t>());
    const auto read = cln::read_u64(name, *value);
    if (!read)
        refuse(name, "should be an unsigned 64 bit integer");
    return read ? std::optional(*read) : std::nullopt;
}

std::optional<std::uint64_t> Args::msat(std::string_view name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (value->is_number_unsigned())
        return value->get<std::uint64_t>();
    if (value->is_string()) {
        const auto& text = value->get_ref<const std::string&>();
        std::uint64_t number = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
        const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
        if (ec == std::errc{} && (unit.empty() || unit == "msat"))
            return number;
        if (ec == std::errc{} && unit == "sat")
            return number * 1000;
        if (ec == std::errc{} && unit == "btc")
            return number * 100'000'000'000;
    }
    refuse(name, "should be a millisatoshi amount");
    return std::nullopt;
}

std::optional<std::string> Args::string(std::string_view name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (!value->is_string()) {
        refuse(name, "should be a string");
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::optional<std::string> Args::plain_string(std::string_view name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (value->is_number())
        return json::dump(*value); // lightning-cli sends labels that look like numbers as numbers
    if (!value->is_string() || raw(name).find("\\u") != std::string_view::npos) {
        refuse(name, "should be a string (without \\u)");
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::optional<std::string> Args::hex(std::string_view name, std::string_view complaint) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (!value->is_string() || !base::from_hex(value->get_ref<const std::string&>())) {
        refuse(name, complaint);
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::optional<bool> Args::boolean(std::string_view name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (value->is_boolean())
        return value->get<bool>();
    if (*value == "true" || *value == "false")
        return *value == "true";
    refuse(name, "should be 'true' or 'false'");
    return std::nullopt;
}

} // namespace standin

#include "args.hpp"

#include "token.hpp"

#include "base/hex.hpp"
#include "rpc/error.hpp"

#include <algorithm>

namespace standin {

std::string usage(std::span<const Param> declared) {
    std::string line;
    for (const auto& [name, required] : declared)
        line.append(line.empty() ? "" : " ").append(required ? "" : "[").append(name).append(required ? "" : "]");
    return line;
}

Args::Args(const Request& request, std::initializer_list<Param> declared)
    : Args(request, std::vector<Param>(declared)) {}

Args::Args(const Request& request, std::vector<Param> declared)
    : declared_(std::move(declared)), values_(declared_.size()) {
    bind(request.given);
}

void Args::bind(const Given& given) {
    for (std::size_t place = 0; place < given.tokens.size(); ++place) {
        const std::string& name = given.tokens[place].name;
        const std::string_view text = given.tokens[place].text;
        std::size_t slot = place;
        if (given.by_name)
            slot = static_cast<std::size_t>(
                std::find_if(declared_.begin(), declared_.end(), [&](const Param& p) { return p.name == name; }) -
                declared_.begin());
        if (slot == declared_.size()) {
            complain(place, given.by_name
                                ? "unknown parameter: " + name +
                                      ", this may be caused by a failure to autodetect key=value-style parameters. "
                                      "Please try using the -k flag and explicit key=value pairs of parameters."
                                : "too many parameters: got " + std::to_string(given.tokens.size()) + ", expected " +
                                      std::to_string(declared_.size()));
            break;
        }
        if (values_[slot])
            complain(place, "duplicate json names: " + name);
        else if (given.by_name || text != "null")
            values_[slot] = Value{place, text, read_params(text).value_or(json::Tree())};
    }
    for (std::size_t slot = 0; slot < declared_.size(); ++slot)
        if (declared_[slot].required && !values_[slot])
            complain(behind_all, "missing required parameter: " + std::string(declared_[slot].name));
}

void Args::complain(std::size_t place, std::string message) {
    if (!complaint_ || place < complaint_->place)
        complaint_ = {place, std::move(message)};
}

const Args::Value* Args::value(std::string_view name) const {
    for (std::size_t slot = 0; slot < declared_.size(); ++slot)
        if (declared_[slot].name == name)
            return values_[slot] ? &*values_[slot] : nullptr;
    return nullptr;
}

const json::Tree* Args::find(std::string_view name) const {
    const auto* found = value(name);
    return found ? &found->tree : nullptr;
}

std::optional<std::string_view> Args::token(std::string_view name) const {
    const auto* found = value(name);
    return found ? std::optional(contents(found->text)) : std::nullopt;
}

void Args::refuse(std::string_view name, std::string_view complaint) {
    const auto* found = value(name);
    std::string message(name);
    message.append(": ").append(complaint).append(": invalid token '");
    message.append(found ? found->text : std::string_view()).append("'");
    complain(found ? found->place : behind_all, std::move(message));
}

bool Args::refused(Request& request) const {
    if (complaint_)
        fail(request, rpc::invalid_params, complaint_->message);
    return complaint_.has_value();
}

std::optional<base::PaymentHash> Args::hash(std::string_view name) {
    const auto text = token(name);
    const auto read = text ? base::PaymentHash::from_hex(*text) : std::nullopt;
    if (text && !read)
        refuse(name, "should be a 32 byte hex value");
    return read;
}

std::optional<std::uint64_t> Args::u64(std::string_view name) {
    const auto text = token(name);
    const auto read = text ? read_integer(*text) : std::nullopt;
    if (text && !read)
        refuse(name, "should be an unsigned 64 bit integer");
    return read;
}

std::optional<std::uint32_t> Args::u32(std::string_view name, std::string_view complaint) {
    const auto text = token(name);
    const auto read = text ? read_integer(*text) : std::nullopt;
    if (text && (!read || *read > UINT32_MAX)) {
        refuse(name, complaint);
        return std::nullopt;
    }
    return read ? std::optional(static_cast<std::uint32_t>(*read)) : std::nullopt;
}

std::optional<std::uint64_t> Args::msat(std::string_view name) {
    const auto text = token(name);
    const auto read = text ? read_amount(*text) : std::nullopt;
    if (text && !read)
        refuse(name, "should be a millisatoshi amount");
    return read;
}

std::optional<std::string> Args::string(std::string_view name) {
    const auto* found = value(name);
    if (!found)
        return std::nullopt;
    return found->tree.is_string() ? found->tree.get<std::string>() : std::string(contents(found->text));
}

std::optional<std::string> Args::plain_string(std::string_view name) {
    const auto* found = value(name);
    if (!found)
        return std::nullopt;
    if (found->tree.is_string() && found->text.starts_with('"') && found->text.find("\\u") == std::string_view::npos)
        return found->tree.get<std::string>();
    refuse(name, "should be a string (without \\u)");
    return std::nullopt;
}

std::optional<std::string> Args::label(std::string_view name) {
    const auto* found = value(name);
    if (!found)
        return std::nullopt;
    if (found->tree.is_string() || found->tree.is_number())
        return string(name);
    refuse(name, "should be a string or number");
    return std::nullopt;
}

std::optional<std::string> Args::hex(std::string_view name, std::string_view complaint) {
    const auto text = token(name);
    if (!text || base::from_hex(*text))
        return text ? std::optional(std::string(*text)) : std::nullopt;
    refuse(name, complaint);
    return std::nullopt;
}

std::optional<std::string> Args::secret(std::string_view name) {
    constexpr std::size_t digits = 64;
    const auto text = token(name);
    if (!text || (text->size() == digits && base::from_hex(*text)))
        return text ? std::optional(std::string(*text)) : std::nullopt;
    refuse(name, "should be a 32 byte hex value");
    return std::nullopt;
}

std::optional<bool> Args::boolean(std::string_view name) {
    const auto* found = value(name);
    if (!found || found->tree.is_boolean())
        return found ? std::optional(found->tree.get<bool>()) : std::nullopt;
    refuse(name, "should be 'true' or 'false'");
    return std::nullopt;
}

} // namespace standin

#include "cln/fields.hpp"

#include <charconv>

namespace cln {

namespace {

const json nothing = json::object();

std::optional<std::uint64_t> digits(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

} // namespace

std::optional<base::Msat> read_msat(const json& value) {
    if (value.is_number_unsigned())
        return base::Msat{value.get<std::uint64_t>()};
    if (!value.is_string())
        return std::nullopt;
    std::string_view text = value.get_ref<const std::string&>();
    if (text.ends_with("msat"))
        text.remove_suffix(4);
    const auto number = digits(text);
    return number ? std::optional(base::Msat{*number}) : std::nullopt;
}

Fields::Fields(const json& object, std::string path) : object_(&object), path_(std::move(path)) {
    if (!object.is_object()) {
        error_ = DecodeError{path_, "not an object"};
        object_ = &nothing;
    }
}

const json* Fields::find(const char* name) const {
    const auto at = object_->find(name);
    return at == object_->end() || at->is_null() ? nullptr : &*at;
}

Fields Fields::object(const char* name) {
    const auto* value = find(name);
    Fields inner(value ? *value : nothing, path_ + "." + name);
    if (!value) // what is wrong with the whole says more than what is missing in it
        inner.error_ = error_.value_or(DecodeError{inner.path_, "missing"});
    return inner;
}

void Fields::refuse(const char* name, std::string what) {
    if (!error_)
        error_ = DecodeError{path_ + "." + name, std::move(what)};
}

template <class T>
T Fields::required(const char* name, std::optional<T> value) {
    if (!value)
        refuse(name, "missing"); // does not replace a complaint about its type
    return value ? std::move(*value) : T{};
}

std::optional<std::uint64_t> Fields::maybe_u64(const char* name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (!value->is_number_unsigned()) {
        refuse(name, "not an unsigned integer");
        return std::nullopt;
    }
    return value->get<std::uint64_t>();
}

std::uint64_t Fields::u64(const char* name) {
    return required(name, maybe_u64(name));
}

std::optional<std::string> Fields::maybe_string(const char* name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (!value->is_string()) {
        refuse(name, "not a string");
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::string Fields::string(const char* name) {
    return required(name, maybe_string(name));
}

base::PaymentHash Fields::hash(const char* name) {
    const auto hash = base::PaymentHash::from_hex(string(name));
    if (!hash)
        refuse(name, "not a 32 byte hex value");
    return hash.value_or(base::PaymentHash{});
}

std::optional<base::Preimage> Fields::maybe_preimage(const char* name) {
    const auto text = maybe_string(name);
    if (!text)
        return std::nullopt;
    const auto preimage = base::Preimage::from_hex(*text);
    if (!preimage)
        refuse(name, "not a 32 byte hex value");
    return preimage;
}

std::optional<base::Msat> Fields::maybe_msat(const char* name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    const auto amount = read_msat(*value);
    if (!amount)
        refuse(name, "not an amount in msat");
    return amount;
}

std::optional<base::UnixNs> Fields::maybe_seconds(const char* name) {
    const auto* value = find(name);
    if (!value)
        return std::nullopt;
    if (value->is_number_unsigned())
        return base::from_seconds(value->get<std::uint64_t>());
    if (value->is_number_float()) {
        const auto seconds = value->get<double>();
        if (seconds >= 0 && seconds < 1e10)
            return base::from_seconds(static_cast<std::uint64_t>(seconds));
    }
    refuse(name, "not a time in seconds");
    return std::nullopt;
}

} // namespace cln

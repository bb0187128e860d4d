#include "cln/fields.hpp"

#include <charconv>

namespace cln {

std::optional<std::uint64_t> digits(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

std::optional<base::Msat> read_msat(Value value) {
    if (const auto number = value.natural())
        return base::Msat{*number};
    auto text = value.text();
    if (!text)
        return std::nullopt;
    if (text->ends_with("msat"))
        text->remove_suffix(4);
    const auto number = digits(*text);
    return number ? std::optional(base::Msat{*number}) : std::nullopt;
}

Path Path::then(std::string_view name) const {
    Path path = *this;
    path.steps_.at(path.count_++).name = name;
    return path;
}

Path Path::at(std::size_t index) const {
    Path path = *this;
    path.steps_.at(path.count_ - 1).index = index;
    return path;
}

std::string Path::text() const {
    std::string text;
    for (std::size_t i = 0; i < count_; ++i) {
        if (i > 0)
            text += '.';
        text += steps_.at(i).name;
        if (steps_.at(i).index != none)
            text += '[' + std::to_string(steps_.at(i).index) + ']';
    }
    return text;
}

Fields::Fields(Value object, const Path& path) : object_(object), path_(path) {
    if (!object.is_object())
        error_ = DecodeError{path_.text(), "not an object"};
}

Fields Fields::object(std::string_view name) {
    const auto value = find(name);
    Fields inner(value, path_.then(name));
    if (!value) // an error of the outer object explains more than a missing member
        inner.error_ = error_.value_or(DecodeError{inner.path_.text(), "missing"});
    return inner;
}

void Fields::refuse(std::string_view name, std::string what) {
    if (!error_)
        error_ = DecodeError{path_.then(name).text(), std::move(what)};
}

template <class T>
T Fields::required(std::string_view name, std::optional<T> value) {
    if (!value)
        refuse(name, "missing"); // does not replace an earlier error about its type
    return value ? std::move(*value) : T{};
}

std::optional<std::uint64_t> Fields::maybe_u64(std::string_view name) {
    const auto value = find(name);
    if (!value)
        return std::nullopt;
    const auto number = value.natural();
    if (!number)
        refuse(name, "not an unsigned integer");
    return number;
}

std::uint64_t Fields::u64(std::string_view name) {
    return required(name, maybe_u64(name));
}

std::optional<std::string_view> Fields::maybe_text(std::string_view name) {
    const auto value = find(name);
    if (!value)
        return std::nullopt;
    const auto text = value.text();
    if (!text)
        refuse(name, "not a string");
    return text;
}

std::string_view Fields::text(std::string_view name) {
    return required(name, maybe_text(name));
}

base::PaymentHash Fields::hash(std::string_view name) {
    const auto hash = base::PaymentHash::from_hex(text(name));
    if (!hash)
        refuse(name, "not a 32 byte hex value");
    return hash.value_or(base::PaymentHash{});
}

std::optional<base::Preimage> Fields::maybe_preimage(std::string_view name) {
    const auto text = maybe_text(name);
    if (!text)
        return std::nullopt;
    const auto preimage = base::Preimage::from_hex(*text);
    if (!preimage)
        refuse(name, "not a 32 byte hex value");
    return preimage;
}

std::optional<base::Msat> Fields::maybe_msat(std::string_view name) {
    const auto value = find(name);
    if (!value)
        return std::nullopt;
    const auto amount = read_msat(value);
    if (!amount)
        refuse(name, "not an amount in msat");
    return amount;
}

std::optional<base::UnixNs> Fields::maybe_seconds(std::string_view name) {
    const auto value = find(name);
    if (!value)
        return std::nullopt;
    if (const auto seconds = value.natural())
        return base::from_seconds(*seconds);
    if (const auto seconds = value.fraction(); seconds && *seconds >= 0 && *seconds < 1e10)
        return base::from_seconds(static_cast<std::uint64_t>(*seconds));
    refuse(name, "not a time in seconds");
    return std::nullopt;
}

} // namespace cln

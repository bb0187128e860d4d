#include "bolt/failure_message.hpp"

#include "bolt/failure_code.hpp"
#include "bolt/reader.hpp"

#include <algorithm>
#include <utility>

namespace bolt {

namespace {

enum class Field { none, htlc_amount, height, cltv_expiry, disabled_flags, onion_sha256, channel_update };

struct Layout {
    std::uint16_t code;
    std::array<Field, 2> fields;
};

/// From BOLT 4, "failure messages" (wire/onion_wire.csv in Core Lightning). For other codes we show no data.
constexpr std::array<Layout, 13> layouts{{
    {invalid_onion_version, {Field::onion_sha256}},
    {invalid_onion_hmac, {Field::onion_sha256}},
    {invalid_onion_key, {Field::onion_sha256}},
    {invalid_onion_blinding, {Field::onion_sha256}},
    {temporary_channel_failure, {Field::channel_update}},
    {amount_below_minimum, {Field::htlc_amount, Field::channel_update}},
    {fee_insufficient, {Field::htlc_amount, Field::channel_update}},
    {incorrect_cltv_expiry, {Field::cltv_expiry, Field::channel_update}},
    {expiry_too_soon, {Field::channel_update}},
    {channel_disabled, {Field::disabled_flags, Field::channel_update}},
    {incorrect_or_unknown_payment_details, {Field::htlc_amount, Field::height}},
    {final_incorrect_cltv_expiry, {Field::cltv_expiry}},
    {final_incorrect_htlc_amount, {Field::htlc_amount}},
}};

/// Reads the length and the update with a Reader of its own, so that an error in them does not spoil the message.
std::optional<ChannelUpdate> read_channel_update(Reader& message) {
    Reader reader(message.rest());
    const auto bytes = reader.bytes(reader.u16());
    if (!reader.ok() || bytes.empty())
        return std::nullopt;
    auto decoded = decode_channel_update(bytes);
    if (!decoded)
        return std::nullopt;
    return std::move(*decoded);
}

void read_field(Field field, Reader& message, FailureMessage& failure) {
    switch (field) {
    case Field::none:
        return;
    case Field::htlc_amount:
        failure.htlc_amount = base::Msat{message.u64()};
        return;
    case Field::height:
        failure.height = message.u32();
        return;
    case Field::cltv_expiry:
        failure.cltv_expiry = message.u32();
        return;
    case Field::disabled_flags:
        failure.disabled_flags = message.u16();
        return;
    case Field::onion_sha256:
        failure.onion_sha256 = message.array<32>();
        return;
    case Field::channel_update:
        failure.update = read_channel_update(message);
        return;
    }
}

} // namespace

tl::expected<FailureMessage, Error> decode_failure_message(std::span<const std::uint8_t> message) {
    Reader reader(message);
    FailureMessage failure;
    failure.code = reader.u16();
    const auto layout = std::ranges::find(layouts, failure.code, &Layout::code);
    if (layout != layouts.end())
        for (const Field field : layout->fields)
            if (!reader.empty())
                read_field(field, reader, failure);
    if (const auto& error = reader.error())
        return tl::unexpected(*error);
    return failure;
}

} // namespace bolt

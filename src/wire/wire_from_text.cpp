#include "wire/wire_from_text.hpp"

#include "json/members.hpp"
#include "wire/wire_value.hpp"

#include <cstring>

namespace wire {

namespace {

/// Every function reads on from at_, and is false, or nothing, at the first thing that is not as it should be.
class TextEncoder final {
  public:
    TextEncoder(std::string& out, std::string_view json)
        : writer_(out), at_(json.data()), end_(json.data() + json.size()) {}

    bool read_whole(const Message& message) { return read_object(message) && at_ == end_; }

  private:
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    bool take(char c) {
        const bool is = at_ != end_ && *at_ == c;
        at_ += is ? 1 : 0;
        return is;
    }

    bool take(std::string_view text) {
        const bool is = left() >= text.size() && std::memcmp(at_, text.data(), text.size()) == 0;
        at_ += is ? text.size() : 0;
        return is;
    }

    /// With the quotes and the colon.
    bool take_key(std::string_view name) {
        const auto size = name.size() + 3;
        const bool is = left() >= size && at_[0] == '"' && at_[size - 2] == '"' && at_[size - 1] == ':' &&
                        std::memcmp(at_ + 1, name.data(), name.size()) == 0;
        at_ += is ? size : 0;
        return is;
    }

    std::optional<std::string_view> take_string() {
        const auto text = json::plain_string({at_, left()}, 0);
        at_ += text ? text->size() + 2 : 0;
        return text;
    }

    bool read_object(const Message& message) {
        if (!take('{'))
            return false;
        if (take('}'))
            return true;
        auto field = message.fields.begin();
        do {
            while (field != message.fields.end() && !take_key(field->name))
                ++field;
            if (field == message.fields.end() || !read_value(*field))
                return false;
            ++field;
        } while (take(','));
        return take('}');
    }

    bool read_value(const Field& field) {
        if (at_ != end_ && *at_ == 'n')
            return take("null");
        switch (field.kind) {
        case Field::Kind::uint32:
            return read_natural(field);
        case Field::Kind::boolean:
            if (!take("true"))
                return take("false");
            writer_.integer(field.number, 1);
            return true;
        case Field::Kind::uint64:
        case Field::Kind::int64:
        case Field::Kind::text:
        case Field::Kind::bytes:
        case Field::Kind::enumerated: {
            const auto text = take_string();
            return text && write_text(writer_, field, *text);
        }
        case Field::Kind::message:
            return read_nested(field);
        case Field::Kind::messages:
            return read_array(field);
        case Field::Kind::bytes_map:
            return read_map(field);
        case Field::Kind::texts: // a Payment has none
            break;
        }
        return false;
    }

    bool read_natural(const Field& field) {
        const char* begin = at_;
        while (at_ != end_ && *at_ >= '0' && *at_ <= '9')
            ++at_;
        const std::string_view digits(begin, static_cast<std::size_t>(at_ - begin));
        const auto number = decimal<std::uint64_t>(digits);
        return number && (digits.size() == 1 || digits.front() != '0') && write_natural(writer_, field, *number);
    }

    bool read_nested(const Field& field) {
        const auto begun = writer_.begin(field.number);
        if (!read_object(*field.message))
            return false;
        writer_.end(begun);
        return true;
    }

    bool read_array(const Field& field) {
        if (!take('['))
            return false;
        if (take(']'))
            return true;
        do
            if (!read_nested(field))
                return false;
        while (take(','));
        return take(']');
    }

    /// Of keys in two spellings the other encoder decides: here they grow.
    bool read_map(const Field& field) {
        if (!take('{'))
            return false;
        if (take('}'))
            return true;
        std::optional<std::uint64_t> last;
        do {
            const auto text = take_string();
            const auto key = text ? decimal<std::uint64_t>(*text) : std::nullopt;
            if (!key || (last && *key <= *last) || !take(':'))
                return false;
            last = key;
            const auto base64 = take_string();
            if (!base64 || !write_entry(writer_, field, *key, *base64))
                return false;
        } while (take(','));
        return take('}');
    }

    ProtobufWriter writer_;
    const char* at_;
    const char* end_;
};

} // namespace

bool append_wire_from_text(std::string& out, std::string_view json, const Message& message) {
    const auto before = out.size();
    const bool read = TextEncoder(out, json).read_whole(message);
    if (!read)
        out.resize(before);
    return read;
}

} // namespace wire

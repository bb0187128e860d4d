// Answers as gRPC has them: frames, and the status in the trailers.
#pragma once

#include "lndapi/output.hpp"

namespace lndapi {

/// The header by which a client asks for updates after a cursor.
inline constexpr std::string_view since_header = "trackpayments-since";
inline constexpr std::string_view cursor_header = "trackpayments-cursor";
/// With the value `yes` the client asks for a cursor in each Payment.
inline constexpr std::string_view cursors_header = "trackpayments-cursors";
inline constexpr std::string_view reason_header = "trackpayments-reason";
/// The cursor in a Payment: a field that LND does not have, and that readers skip.
inline constexpr std::uint32_t cursor_field = 50'000;

class GrpcOutput final : public Output {
  public:
    /// `cursors`: a cursor in each Payment. `content_type`: of the answer.
    explicit GrpcOutput(bool cursors, std::string content_type = "application/grpc")
        : cursors_(cursors), content_type_(std::move(content_type)) {}

    [[nodiscard]] http::Headers headers(const consumer::CursorPtr& cursor,
                                        std::optional<std::size_t> json_bytes) const override;
    [[nodiscard]] bool payment(std::string& out, const Item& item) const override;
    void message(std::string& out, std::string_view json, const wire::Message& type) const override;
    [[nodiscard]] std::string element(const Frame& payment) const override;
    [[nodiscard]] std::string_view separator() const override { return ""; }
    [[nodiscard]] Enclosure enclose(std::size_t bytes, std::string_view rest,
                                    const wire::Message& rest_type) const override;
    void end(std::string&, const Failure&) const override {}
    [[nodiscard]] http::Headers trailers(const Failure& end, const consumer::CursorPtr& cursor) const override;
    [[nodiscard]] std::string fail(http::Exchange& exchange, const Failure& failure,
                                   std::optional<int> http_status) const override;

  private:
    bool cursors_;
    std::string content_type_;
};

} // namespace lndapi

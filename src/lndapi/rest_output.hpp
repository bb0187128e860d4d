// Answers as LND's REST proxy has them (grpc-gateway, runtime/handler.go): a stream is lines of `{"result":…}`, an
// error inside it is `{"error":…}`; other answers are bare.
#pragma once

#include "lndapi/output.hpp"

namespace lndapi {

/// `{"code":5,"message":"Not Found","details":[]}`
[[nodiscard]] std::string rest_error(const GrpcStatus& status);

class RestOutput final : public Output {
  public:
    /// `streaming`: of the method. `cursors`: a cursor in each line.
    RestOutput(bool streaming, bool cursors) : streaming_(streaming), cursors_(cursors) {}

    [[nodiscard]] http::Headers headers(const consumer::CursorPtr& cursor,
                                        std::optional<std::size_t> json_bytes) const override;
    [[nodiscard]] bool payment(std::string& out, const Item& item) const override;
    void message(std::string& out, std::string_view json, const wire::Message& type) const override;
    [[nodiscard]] std::string element(const Frame& payment) const override;
    [[nodiscard]] std::string_view separator() const override { return ","; }
    [[nodiscard]] Enclosure enclose(std::size_t bytes, std::string_view rest,
                                    const wire::Message& rest_type) const override;
    void end(std::string& out, const Failure& end) const override;
    [[nodiscard]] http::Headers trailers(const Failure&, const consumer::CursorPtr&) const override { return {}; }
    [[nodiscard]] std::string fail(http::Exchange& exchange, const Failure& failure,
                                   std::optional<int> http_status) const override;

  private:
    bool streaming_;
    bool cursors_;
};

} // namespace lndapi

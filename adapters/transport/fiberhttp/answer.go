package fiberhttp

import (
	"encoding/json"
	"fmt"

	"github.com/gofiber/fiber/v2"
)

const contentTypeJSON = "application/json; charset=utf-8"

// answerData writes {"data": data} with status 200.
func answerData(c *fiber.Ctx, data any) error {
	return answerJSON(c, fiber.StatusOK, contentTypeJSON, struct {
		Data any `json:"data"`
	}{data})
}

// answerList writes {"data": list}, with "meta" beside it where there is any.
func answerList(c *fiber.Ctx, list []any, meta map[string]int) error {
	return answerJSON(c, fiber.StatusOK, contentTypeJSON, struct {
		Data []any          `json:"data"`
		Meta map[string]int `json:"meta,omitempty"`
	}{list, meta})
}

func answerJSON(c *fiber.Ctx, status int, contentType string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	c.Status(status).Set(fiber.HeaderContentType, contentType)
	c.Response().SetBody(body)
	return nil
}

// answerNothing writes 204, without body or content type: clients parse any body of a
// JSON content type and fail on an empty one.
func answerNothing(c *fiber.Ctx) error {
	c.Status(fiber.StatusNoContent)
	return nil
}

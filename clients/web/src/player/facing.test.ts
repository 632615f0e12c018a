import { expect, test } from "vitest";
import { eased, facing } from "./facing";

test("held upright, the phone looks where its back looks", () => {
  expect(facing({ alpha: 0, beta: 90, gamma: 0 }).heading_deg).toBeCloseTo(0);
  expect(facing({ alpha: 90, beta: 90, gamma: 0 }).heading_deg).toBeCloseTo(270);
  expect(facing({ alpha: 270, beta: 90, gamma: 0 })).toEqual({
    heading_deg: expect.closeTo(90),
    pitch_deg: expect.closeTo(0),
  });
});

test("tipped back, it looks up, and down when it leans over", () => {
  expect(facing({ alpha: 0, beta: 110, gamma: 0 }).pitch_deg).toBeCloseTo(20);
  expect(facing({ alpha: 0, beta: 60, gamma: 0 }).pitch_deg).toBeCloseTo(-30);
});

test("held like a map, its upper edge is its front", () => {
  expect(facing({ alpha: 315, beta: 0, gamma: 0 }).heading_deg).toBeCloseTo(45);
  expect(facing({ alpha: 315, beta: 20, gamma: 5 }).heading_deg).toBeCloseTo(45, 0);
});

test("the heading does not leap where a map becomes a camera", () => {
  const map = facing({ alpha: 200, beta: 39, gamma: 0 }).heading_deg;
  const camera = facing({ alpha: 200, beta: 41, gamma: 0 }).heading_deg;
  expect(map).toBeCloseTo(camera, 5);
});

test("a needle goes the short way around", () => {
  const from = { heading_deg: 350, pitch_deg: 0 };
  expect(eased(from, { heading_deg: 10, pitch_deg: 10 }, 0.5)).toEqual({
    heading_deg: 0,
    pitch_deg: 5,
  });
});

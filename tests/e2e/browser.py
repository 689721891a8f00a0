"""Chromium for the tests of pages."""

import shutil

import common

try:
    from selenium import webdriver
except ImportError:
    webdriver = None

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def contrast(one, other):
    """WCAG's contrast, from 1 to 21, of two colours given as red, green and blue up to 255."""
    lights = []
    for colour in one, other:
        shares = [int(part) / 255 for part in colour]
        linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def open_chromium():
    """Opens a headless browser that records the errors of pages."""
    common.need(webdriver, "this Python has no selenium")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    common.need(chromium and driver, "no Chromium with its chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage":
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))

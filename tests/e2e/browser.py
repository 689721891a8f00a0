"""Chromium, as the tests of pages drive it."""

import shutil

import common

try:
    from selenium import webdriver
except ImportError:
    webdriver = None


def open_chromium():
    """A browser without a window, which keeps what pages complain of."""
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

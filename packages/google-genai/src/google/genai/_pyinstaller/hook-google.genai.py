"""PyInstaller: the modules of the SDK are loaded by name at their first use, so all of them belong into a packed program."""

from PyInstaller.utils.hooks import collect_submodules, copy_metadata

hiddenimports = collect_submodules("google.genai", filter=lambda name: not name.startswith("google.genai._pyinstaller"))
datas = copy_metadata("google-genai")

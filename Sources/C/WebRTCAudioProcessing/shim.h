// Only names the library, for its flags: its own headers are C++ and are read by CVoiceProcessing.
#pragma once

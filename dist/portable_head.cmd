@echo off
rem httpcfg @VERSION@ (@COMMIT@), portable form: starts the program in the directory lib with the
rem runtime beside it. HTTPCFG_RUN is for the program, which starts itself without this file.
rem
rem A call of a label comes first: %~f0 of a file that was found on PATH and typed in quotes is right
rem only there.
setlocal EnableExtensions DisableDelayedExpansion
set "ERRORLEVEL="
call :locate
if not exist "%HTTPCFG_LIB%deno.exe" goto incomplete
if not exist "%HTTPCFG_LIB%main.js" goto incomplete
@ENVIRONMENT@
set "DENO_DIR=%HTTPCFG_LIB%cache"
set "HTTPCFG_RUN=@FLAGS@"
if not exist "%DENO_DIR%" mkdir "%DENO_DIR%" >nul 2>nul && call :warm
"%HTTPCFG_LIB%deno.exe" %HTTPCFG_RUN% "%HTTPCFG_LIB%main.js" %*
exit /b %ERRORLEVEL%

:locate
set "HTTPCFG_EXE=%~f0"
set "HTTPCFG_ARGV0=%~f0"
set "HTTPCFG_LIB=%~dp0lib\"
exit /b 0

rem Lets the runtime keep the compiled code, for every later start. Without it they are slower.
:warm
"%HTTPCFG_LIB%deno.exe" %HTTPCFG_RUN% "%HTTPCFG_LIB%warm.js" <nul >nul 2>nul
pushd "%DENO_DIR%"
"%HTTPCFG_LIB%deno.exe" run @SETTLE_FLAGS@ "%HTTPCFG_LIB%settle.js" <nul >nul 2>nul
popd
exit /b 0

:incomplete
>&2 echo error: Cannot start "%HTTPCFG_EXE%": "%HTTPCFG_LIB%" is not complete
>&2 echo hint: unpack the whole zip file, and start httpcfg.cmd where it is unpacked
exit /b 1
